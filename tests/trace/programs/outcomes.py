import asyncio
import gc

held = []


async def fails():
    raise ValueError("on purpose")


async def waits_for_nobody():
    await asyncio.Event().wait()


async def spawns_all():
    for _ in range(3):
        asyncio.create_task(waits_for_nobody())  # seen: started=3 collected=3 peak=3
    asyncio.create_task(fails())  # seen: started=1 failed=1 unseen=1
    held.append(asyncio.create_task(fails()))  # seen: started=1 failed=1 held=1 kept=1
    seen = asyncio.create_task(fails())  # seen: started=1 failed=1
    await asyncio.gather(seen, return_exceptions=True)
    ended = asyncio.ensure_future(asyncio.sleep(60))  # seen: started=1 cancelled=1 kept=1
    await asyncio.sleep(0)
    ended.cancel()
    held.append(asyncio.create_task(asyncio.sleep(60)))  # seen: started=1 cancelled=1 left=1
    four = [asyncio.ensure_future(asyncio.sleep(0)) for _ in "1234"]  # seen: started=4 finished=4
    await asyncio.gather(*four)
    asyncio.create_task(asyncio.sleep(0))  # seen: started=1 finished=1 kept=0
    await asyncio.sleep(0.01)
    gc.collect()


asyncio.run(spawns_all())
