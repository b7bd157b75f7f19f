import asyncio
import threading


async def work():
    await asyncio.sleep(0)


def wrapper(coro):
    return asyncio.create_task(coro)  # seen: started=2 finished=2


async def generates():
    try:
        yield 1
        yield 2
    finally:
        await asyncio.sleep(0)


async def every_way():
    loop = asyncio.get_running_loop()
    await wrapper(work())
    await wrapper(work())
    await loop.create_task(work())  # seen: started=1 finished=1
    await asyncio.Task(work())  # seen: started=1 finished=1
    # what nobody's code starts stands where it is defined
    loop.call_soon(asyncio.ensure_future, work())
    async for _ in generates():
        break
    thread = threading.Thread(target=from_another_thread, args=(loop,))
    thread.start()
    while thread.is_alive():
        await asyncio.sleep(0.001)


def from_another_thread(loop):
    asyncio.run_coroutine_threadsafe(work(), loop).result()  # seen: started=1 finished=1
    asyncio.run(in_a_loop_of_its_own())


async def in_a_loop_of_its_own():
    await asyncio.create_task(work())  # seen: started=1 finished=1


loop = asyncio.new_event_loop()
early = loop.create_task(work())  # seen: started=1 finished=1
loop.run_until_complete(every_way())
never = loop.create_task(asyncio.sleep(60))  # seen: started=1 left=1
loop.run_until_complete(asyncio.sleep(0))
loop.close()
loop.close()
