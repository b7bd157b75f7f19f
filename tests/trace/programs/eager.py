import asyncio


async def at_once():
    return 1


async def later():
    await asyncio.sleep(0)


async def eagerly():
    loop = asyncio.get_running_loop()
    loop.set_task_factory(asyncio.eager_task_factory)
    assert loop.get_task_factory() is asyncio.eager_task_factory
    assert await asyncio.create_task(at_once()) == 1  # seen: started=1 finished=1
    await asyncio.create_task(later())  # seen: started=1 finished=1
    async with asyncio.TaskGroup() as group:
        group.create_task(later())  # seen: started=1 finished=1


asyncio.run(eagerly())
