"""A program as the fixes see it: texts put in place of its files, and scanned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from taskleash.driver.analysis import Analysis
from taskleash.driver.cache.keys import digest
from taskleash.driver.folders import SameRules
from taskleash.driver.inputs import Input
from taskleash.driver.parsing.parse import Broken, Parsed, parse
from taskleash.fixes.choice import FixChoice
from taskleash.fixes.proof import FindingIdentity, ProvedScan, place
from taskleash.ir.model import ModuleFacts
from taskleash.rules.selection import resolve_codes
from taskleash.source.loading import InvalidSource, decode, encode


@dataclass(frozen=True)
class FixedProgram:
    """A program in memory; ``broken`` says of files, by path, why their new text cannot be."""

    analysis: Analysis
    broken: Mapping[str, str] = field(default_factory=dict)
    #: the facts of texts by path and by what stands for their bytes
    _parsed: dict[tuple[str, bytes], Parsed] = field(default_factory=dict)
    _made: dict[frozenset[tuple[str, str]], FixedProgram] = field(default_factory=dict)

    def text(self, path: str) -> str:
        """The text of a file that was parsed."""
        return self.analysis.asked[path].text()

    def data(self, path: str, text: str) -> tuple[bytes, bytes]:
        """The bytes of a file that was parsed, and those of another text for it.

        Raises UnicodeEncodeError where the file's encoding lacks a character, and InvalidSource
        where it can no longer be read.
        """
        before = self.analysis.asked[path].read()
        return before, encode(text, before)

    def with_texts(self, texts: Mapping[str, str]) -> FixedProgram:
        """The program with other texts in some of its files; the same one for the same texts."""
        key = frozenset(texts.items())
        if key not in self._made:
            # The last ones are asked for again once they are written, the others are not.
            self._made.clear()
            self._made[key] = self._with_texts(texts)
        return self._made[key]

    def _with_texts(self, texts: Mapping[str, str]) -> FixedProgram:
        files: dict[str, tuple[Input, ModuleFacts]] = {}
        broken: dict[str, str] = {}
        for path, text in texts.items():
            try:
                _, data = self.data(path, text)
            except UnicodeEncodeError:
                broken[path] = "the encoding of the file lacks a character of the result"
                continue
            except InvalidSource as error:
                broken[path] = str(error)
                continue
            item = self.analysis.asked[path].with_data(data)
            parsed = self._parse(item)
            if isinstance(parsed, Broken):
                broken[path] = f"the result could not be parsed: {parsed.message}"
            elif decode(data) != text:
                broken[path] = "its encoding does not give back what is written with it"
            else:
                files[path] = (item, parsed)
        return FixedProgram(self.analysis.with_files(files), broken, self._parsed)

    def remember(self, path: str, data: bytes, parsed: Parsed) -> None:
        """Take what another process has found in a file with these bytes."""
        self._parsed[path, digest(data)] = parsed

    def _parse(self, item: Input) -> Parsed:
        key = item.path, digest(item.read())
        if key not in self._parsed:
            self._parsed[key] = parse(item)
        return self._parsed[key]

    def scan(
        self, choice: FixChoice, accepted: frozenset[FindingIdentity] | None = None
    ) -> ProvedScan:
        """What the rules say of the program, the suppressed findings left out.

        Only the findings ``accepted`` are offered their fixes of the choice; None stands for all.
        """
        analysis = self.analysis
        reported = [
            entry
            for entry in analysis.entries(analysis.enabled, choice)
            if entry.rule and not entry.suppressed
        ]
        # Also what nobody asked for is not to be there anew.
        others = analysis.entries(SameRules(resolve_codes((), ())))
        known = {(entry.site, entry.rule) for entry in reported}
        known |= {(e.site, e.rule) for e in others if e.rule and not e.suppressed}
        return ProvedScan(
            targets=tuple(
                choice.target(entry.site, entry.rule, entry.fixes)
                for entry in reported
                if accepted is None or place(entry.site, entry.rule) in accepted
            ),
            counts=Counter(place(site, rule) for site, rule in known),
            broken=self.broken,
        )
