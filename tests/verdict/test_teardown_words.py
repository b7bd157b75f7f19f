"""How the evidence names the teardown that ends a task."""

from __future__ import annotations

from textwrap import dedent

from taskleash.ir.lowering.extract import extract
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge


def test_what_a_cleanup_reaches_by_way_of_another_method_names_the_function() -> None:
    text = """
        import asyncio


        class Worker:
            def start(self):
                self._task = asyncio.create_task(asyncio.sleep(1))

            async def _settle(self):
                self._task.cancel()

            async def _finish(self):
                await self._settle()

            async def run(self):
                self.start()
                try:
                    await asyncio.sleep(1)
                finally:
                    await self._finish()
        """
    (site,) = judge([extract(Source("app.py", "app", dedent(text)))])
    said = [step.message for step in site.evidence]
    assert "cancelled in `Worker._settle`, which `Worker.run` reaches" in said
