"""Bodies of functions that are parsed when somebody looks at their statements.

A fix looks at few functions of a file, and the tree of a large one takes longer than all else.
What nobody has looked into is rendered as it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import libcst as cst

from taskleash.ir.lowering.cutting import Body, WrongCut, body_of, cut, placeholder
from taskleash.ir.names import may_mention

#: in a smaller module, or for a shorter body, the parts take as long as the whole
LARGE_MODULE = 150
LONG_BODY = 8


class Unparsed(cst.IndentedBlock):
    """A block whose statements are parsed when they are asked for; then it is a usual one."""

    # With the same layout as its base, it can become one.
    __slots__ = ()  # type: ignore[misc]

    @property
    def body(self) -> Sequence[cst.BaseStatement]:  # type: ignore[override]
        """The statements. Raises WrongCut where they are not what was cut out."""
        waiting = self.waiting
        statements = waiting.statements()
        _BODY.__set__(self, statements)
        object.__setattr__(self, "__class__", cst.IndentedBlock)
        waiting.parsed(self)
        return statements

    @property
    def waiting(self) -> Waiting:
        """What the statements are made of."""
        found: Waiting = _BODY.__get__(self)
        return found

    def _codegen_impl(self, state: Any) -> None:
        own = state.default_indent if self.indent is None else self.indent
        if "".join(state.indent_tokens) + own != self.waiting.indent:
            # It has moved to another depth.
            _ = self.body
            self._codegen_impl(state)
            return
        self.header._codegen(state)
        state.add_token(self.waiting.source)
        # By itself, for a module that ends without it takes the last token back.
        state.add_token("\n")
        state.increase_indent(own)
        for line in self.footer:
            line._codegen(state)
        state.decrease_indent()


#: where a block has its statements, or what they are made of
_BODY: Any = vars(cst.IndentedBlock)["body"]


@dataclass(frozen=True)
class Waiting:
    """The text of a body, without the last newline, and the numbers of its lines in the file.

    They stand behind ``indent``; ``default_indent`` is that of the module. ``parsed`` is called
    with the block once it has its statements.
    """

    source: str
    lines: range
    indent: str
    default_indent: str
    parsed: Callable[[cst.IndentedBlock], None]

    def mentions(self, words: Sequence[str]) -> bool:
        """Whether any of the words stands in it."""
        return any(may_mention(self.source, word) for word in words)

    def module(self) -> cst.Module:
        """The statements in a module of their own, of the same layout; raises WrongCut."""
        # The first indentation of a module is its usual one.
        before = f"if 1:\n{self.default_indent}pass\nif 1:\n"
        try:
            return cst.parse_module(f"{before}{self.source}\n")
        except (cst.ParserSyntaxError, cst.CSTValidationError):
            raise WrongCut from None

    def statements(self) -> Sequence[cst.BaseStatement]:
        """Those of the module; raises WrongCut."""
        module = self.module()
        return body_of(module.with_changes(body=module.body[1:]))


def cut_up(text: str) -> tuple[cst.Module, list[Body]]:
    """The tree of a text with placeholders for long bodies, and these in order.

    Raises ParserSyntaxError.
    """
    parts = cut(text, LARGE_MODULE, LONG_BODY)
    if parts is not None:
        with suppress(cst.ParserSyntaxError, cst.CSTValidationError):
            return cst.parse_module(parts.outline), [parts.bodies[n] for n in sorted(parts.bodies)]
    return cst.parse_module(text), []


def is_placeholder(suite: cst.BaseSuite, body: Body) -> bool:
    """Whether a suite of the tree stands for a body."""
    line = suite.body[0] if len(suite.body) == 1 else None
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    value = small.value if isinstance(small, cst.Expr) else None
    return isinstance(value, cst.SimpleString) and value.value == placeholder(body)


def unparsed(
    block: cst.IndentedBlock,
    body: Body,
    around: str,
    module: cst.Module,
    parsed: Callable[[cst.IndentedBlock], None],
) -> Unparsed:
    """A block in the place of a placeholder that is indented by more than ``around``."""
    own = module.default_indent if block.indent is None else block.indent
    made = Unparsed.__new__(Unparsed)
    for name in ("header", "indent", "footer"):
        object.__setattr__(made, name, getattr(block, name))
    source = body.text.partition("\n")[2].removesuffix("\n")
    waiting = Waiting(source, body.lines, around + own, module.default_indent, parsed)
    _BODY.__set__(made, waiting)
    return made
