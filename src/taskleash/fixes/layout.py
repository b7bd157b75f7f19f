"""New statements, laid out as a formatter would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import libcst as cst

_INDENT = "    "


def statements(
    text: str, nodes: Mapping[str, cst.BaseExpression] | None = None
) -> list[cst.BaseStatement]:
    """Parse new statements, indented by four spaces; names that ``nodes`` has become its nodes."""
    body = list(cst.parse_module(text).body)
    found = [each.visit(_Filling(nodes)) for each in body] if nodes else body
    return [each for each in found if isinstance(each, cst.BaseStatement)]


class _Filling(cst.CSTTransformer):
    def __init__(self, nodes: Mapping[str, cst.BaseExpression]) -> None:
        super().__init__()
        self.nodes = nodes

    def leave_Name(  # noqa: N802 - the library calls it
        self, original_node: cst.Name, updated_node: cst.Name
    ) -> cst.BaseExpression:
        return self.nodes.get(original_node.value, updated_node)


def fitted(statement: cst.BaseStatement, room: int) -> cst.BaseStatement:
    """A statement on one line, laid out over several where it is wider than the room it has.

    What spans several lines already, or ends in no call, is left as it is.
    """
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return statement
    small = statement.body[0]
    code = cst.Module([]).code_for_node(small)
    if "\n" in code or "\r" in code or len(code) <= room:
        return statement
    if not isinstance(small, cst.Expr | cst.Assign | cst.AnnAssign):
        return statement
    call = _last_call(small.value)
    if small.value is None or call is None or not call.args:
        return statement
    changed = small.with_changes(value=_broken(small.value, call, room, 1))
    return statement.with_changes(body=[changed])


def joined(call: cst.Call, room: int) -> cst.Call:
    """A call with its arguments on one line, where a formatter would join them."""
    code = cst.Module([]).code_for_node(call)
    if "\n" not in code or "#" in code or _has_trailing_comma(call):
        return call
    args = [
        arg.with_changes(
            comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
            if index < len(call.args) - 1
            else cst.MaybeSentinel.DEFAULT,
            whitespace_after_arg=cst.SimpleWhitespace(""),
        )
        for index, arg in enumerate(call.args)
    ]
    flat = call.with_changes(args=args, whitespace_before_args=cst.SimpleWhitespace(""))
    code = cst.Module([]).code_for_node(flat)
    return flat if "\n" not in code and len(code) <= room else call


def _has_trailing_comma(call: cst.Call) -> bool:
    return bool(call.args) and isinstance(call.args[-1].comma, cst.Comma)


def _last_call(value: cst.BaseExpression | None) -> cst.Call | None:
    """The call whose closing bracket ends an expression."""
    if isinstance(value, cst.Await) and not value.lpar:
        return _last_call(value.expression)
    return value if isinstance(value, cst.Call) and not value.lpar else None


def _broken(value: cst.BaseExpression, call: cst.Call, room: int, depth: int) -> cst.BaseExpression:
    if isinstance(value, cst.Await):
        return value.with_changes(expression=_broken(value.expression, call, room, depth))
    return _split(call, room, depth)


def _split(call: cst.Call, room: int, depth: int) -> cst.Call:
    """The arguments on a line of their own, or on one each where they are too wide for that."""
    inner = room - len(_INDENT) * depth
    code = ", ".join(cst.Module([]).code_for_node(_bare(arg)) for arg in call.args)
    if len(code) <= inner:
        return _with_args(call, [_bare(arg) for arg in call.args], depth, each=False)
    if len(call.args) == 1:
        argument = _bare(call.args[0])
        deeper = _last_call(argument.value)
        if deeper is not None and deeper.args:
            argument = argument.with_changes(value=_split(deeper, room, depth + 1))
        return _with_args(call, [argument], depth, each=False)
    return _with_args(call, [_bare(arg) for arg in call.args], depth, each=True)


def _bare(arg: cst.Arg) -> cst.Arg:
    return arg.with_changes(
        comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=cst.SimpleWhitespace("")
    )


def _with_args(call: cst.Call, args: Sequence[cst.Arg], depth: int, each: bool) -> cst.Call:
    inner, outer = _newline(depth), _newline(depth - 1)
    placed: list[cst.Arg] = []
    for index, arg in enumerate(args):
        last = index == len(args) - 1
        if last and each:
            arg = arg.with_changes(comma=cst.Comma(whitespace_after=outer))
        elif last:
            arg = arg.with_changes(whitespace_after_arg=outer)
        else:
            space = inner if each else cst.SimpleWhitespace(" ")
            arg = arg.with_changes(comma=cst.Comma(whitespace_after=space))
        placed.append(arg)
    return call.with_changes(args=placed, whitespace_before_args=inner)


def _newline(depth: int) -> cst.ParenthesizedWhitespace:
    return cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace(_INDENT * depth))
