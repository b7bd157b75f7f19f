import asyncio


async def work():
    await asyncio.sleep(0)


class Named(asyncio.Task):
    pass


def own_factory(loop, coro, **options):
    return Named(coro, loop=loop, **options)


async def with_an_own_factory():
    loop = asyncio.get_running_loop()
    assert loop.get_task_factory() is None
    loop.set_task_factory(own_factory)
    assert loop.get_task_factory() is own_factory
    first = asyncio.create_task(work())  # seen: started=1 finished=1
    assert type(first) is Named
    await first
    await asyncio.ensure_future(work())  # seen: started=1 finished=1
    loop.set_task_factory(None)
    await asyncio.create_task(work())  # seen: started=1 finished=1


asyncio.run(with_an_own_factory())
