"""New statements, laid out as a formatter would."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import libcst as cst

_INDENT = "    "
#: comments that other tools read, which concern their line
FOR_TOOLS = re.compile(r"#\s*(?:noqa|type|pyright|pylint|flake8|ruff|isort|nosec|taskleash)\b")


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

    So are the lines of a block. What spans several lines already, or ends in no call, is left as
    it is.
    """
    if isinstance(statement, cst.If | cst.While | cst.For | cst.FunctionDef):
        lines = [
            fitted(line, room - len(_INDENT)) if isinstance(line, cst.BaseStatement) else line
            for line in statement.body.body
        ]
        if isinstance(statement, cst.FunctionDef):
            statement = _fitted_head(statement, room)
        if isinstance(statement, cst.If | cst.While):
            word = "if :" if isinstance(statement, cst.If) else "while :"
            statement = statement.with_changes(test=_fitted_test(statement.test, room - len(word)))
        return statement.with_changes(body=statement.body.with_changes(body=lines))
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return statement
    small = statement.body[0]
    code = cst.Module([]).code_for_node(small)
    if "\n" in code or "\r" in code or len(code) + _beside(statement) <= room:
        return statement
    if not isinstance(small, cst.Expr | cst.Assign | cst.AnnAssign | cst.Return):
        return statement
    call = _last_call(small.value)
    if small.value is None or call is None or not call.args:
        return statement
    changed = small.with_changes(value=_broken(small.value, call, room, 1))
    return statement.with_changes(body=[changed])


def width(statement: cst.SimpleStatementLine) -> int:
    """How wide the widest line of a statement is, without what it is indented by."""
    code = "".join(cst.Module([]).code_for_node(small) for small in statement.body)
    return max(map(len, code.splitlines()))


def flat(statement: cst.SimpleStatementLine) -> cst.SimpleStatementLine:
    """A statement of a lone expression on one line, where nothing keeps its lines apart."""
    small = statement.body[0]
    if len(statement.body) != 1 or not isinstance(small, cst.Expr):
        return statement
    return statement.with_changes(body=[small.with_changes(value=joined(small.value))])


def _beside(statement: cst.SimpleStatementLine) -> int:
    """How wide the comment beside a statement is; formatters pass over what is for other tools."""
    trailing = statement.trailing_whitespace
    if trailing.comment is None or FOR_TOOLS.match(trailing.comment.value):
        return 0
    return len(trailing.whitespace.value) + len(trailing.comment.value)


def _fitted_head(function: cst.FunctionDef, room: int) -> cst.FunctionDef:
    """A function whose parameters are on a line of their own where its head is too wide."""
    empty = function.with_changes(body=cst.SimpleStatementSuite([cst.Expr(cst.Ellipsis())]))
    head = cst.Module([]).code_for_node(empty.with_changes(leading_lines=[])).strip()
    params = list(function.params.params)
    if len(head) - len(" ...") <= room or not params:
        return function
    last = params[-1].with_changes(
        comma=cst.MaybeSentinel.DEFAULT, whitespace_after_param=_newline(0)
    )
    return function.with_changes(
        params=function.params.with_changes(params=[*params[:-1], last]),
        whitespace_before_params=_newline(1),
    )


def _fitted_test(test: cst.BaseExpression, room: int) -> cst.BaseExpression:
    """A condition in brackets, each operand on a line of its own, where it is too wide."""
    code = cst.Module([]).code_for_node(test)
    if len(code) <= room or not isinstance(test, cst.BooleanOperation) or "\n" in code:
        return test
    before = cst.LeftParen(whitespace_after=_newline(1))
    after = cst.RightParen(whitespace_before=_newline(0))
    return _operands_on_lines(test).with_changes(lpar=[before], rpar=[after])


def _operands_on_lines(test: cst.BooleanOperation) -> cst.BooleanOperation:
    operator = test.operator.with_changes(whitespace_before=_newline(1))
    left = test.left
    if isinstance(left, cst.BooleanOperation) and not left.lpar:
        left = _operands_on_lines(left)
    return test.with_changes(left=left, operator=operator)


def joined(node: cst.BaseExpression) -> cst.BaseExpression:
    """An expression on one line, unless a comment, a trailing comma or a string keeps it apart."""
    code = cst.Module([]).code_for_node(node)
    if "\n" not in code and "\r" not in code:
        return node
    flat = node.visit(_Joining())
    assert isinstance(flat, cst.BaseExpression)
    code = cst.Module([]).code_for_node(flat)
    return node if "\n" in code or "\r" in code else flat


def closed(node: cst.BaseExpression, room: int) -> cst.BaseExpression:
    """An expression on one line where it has the room for that, else as it is."""
    flat = joined(node)
    return flat if len(cst.Module([]).code_for_node(flat)) <= room else node


#: where a line that ends leaves nothing behind: inside of brackets, around what binds closely
_TIGHT: Mapping[type[cst.CSTNode], tuple[str, ...]] = {
    cst.Arg: ("whitespace_after_arg", "whitespace_after_star"),
    cst.AssignEqual: ("whitespace_before", "whitespace_after"),
    cst.BitInvert: ("whitespace_after",),
    cst.Call: ("whitespace_after_func", "whitespace_before_args"),
    cst.Comma: ("whitespace_before",),
    cst.DictElement: ("whitespace_before_colon",),
    cst.Dot: ("whitespace_before", "whitespace_after"),
    cst.LeftCurlyBrace: ("whitespace_after",),
    cst.LeftParen: ("whitespace_after",),
    cst.LeftSquareBracket: ("whitespace_after",),
    cst.Minus: ("whitespace_after",),
    cst.Plus: ("whitespace_after",),
    cst.RightCurlyBrace: ("whitespace_before",),
    cst.RightParen: ("whitespace_before",),
    cst.RightSquareBracket: ("whitespace_before",),
    cst.StarredDictElement: ("whitespace_before_value",),
    cst.StarredElement: ("whitespace_before_value",),
    cst.Subscript: ("whitespace_after_value",),
}


class _Joining(cst.CSTTransformer):
    """Takes out line breaks in brackets, where a formatter would."""

    def on_leave(
        self, original_node: cst.CSTNodeT, updated_node: cst.CSTNodeT
    ) -> cst.CSTNodeT | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNodeT]:
        found = super().on_leave(original_node, updated_node)
        for name in _TIGHT.get(type(original_node), ()):
            if isinstance(found, cst.CSTNode) and _is_joined(original_node, found, name):
                found = found.with_changes(**{name: cst.SimpleWhitespace("")})
        return found

    def leave_ParenthesizedWhitespace(  # noqa: N802 - the library calls it
        self, original_node: cst.ParenthesizedWhitespace, updated_node: cst.ParenthesizedWhitespace
    ) -> cst.BaseParenthesizableWhitespace:
        lines = updated_node.empty_lines
        if updated_node.first_line.comment or any(line.comment for line in lines):
            return updated_node
        return cst.SimpleWhitespace(" ")

    def leave_Comma(  # noqa: N802 - the library calls it
        self, original_node: cst.Comma, updated_node: cst.Comma
    ) -> cst.Comma:
        if isinstance(updated_node.whitespace_after, cst.SimpleWhitespace):
            return updated_node.with_changes(whitespace_after=cst.SimpleWhitespace(" "))
        return updated_node

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:  # noqa: N802
        return original_node if _ends_in_comma(original_node.args) else updated_node

    def leave_Dict(self, original_node: cst.Dict, updated_node: cst.Dict) -> cst.Dict:  # noqa: N802
        return original_node if _ends_in_comma(original_node.elements) else updated_node

    def leave_List(self, original_node: cst.List, updated_node: cst.List) -> cst.List:  # noqa: N802
        return original_node if _ends_in_comma(original_node.elements) else updated_node

    def leave_Set(self, original_node: cst.Set, updated_node: cst.Set) -> cst.Set:  # noqa: N802
        return original_node if _ends_in_comma(original_node.elements) else updated_node


def _is_joined(before: cst.CSTNode, after: cst.CSTNode, name: str) -> bool:
    """Whether a line ended at a place in a node, and does not any more."""
    was_broken = isinstance(getattr(before, name), cst.ParenthesizedWhitespace)
    return was_broken and isinstance(getattr(after, name), cst.SimpleWhitespace)


def _ends_in_comma(items: Sequence[cst.Arg | cst.BaseDictElement | cst.BaseElement]) -> bool:
    """Whether a comma comes after the last one, by which formatters keep them on several lines."""
    return bool(items) and isinstance(items[-1].comma, cst.Comma)


def wrapped(helper: str, call: cst.BaseExpression, room: int, inner: int) -> cst.Call:
    """A call of a function with another call, which may span several lines, as its argument.

    It is put on one line where that leaves it the room, else the other call on lines of its own,
    which are ``inner`` wide. One that no formatter has laid out keeps its lines.
    """
    func, flat = cst.parse_expression(helper), joined(call)
    code, base = cst.Module([]).code_for_node(flat), _base(call)
    length = len(f"{helper}({code})")
    is_narrow, fits_below = length <= room, length <= inner - len(_INDENT)
    # Its arguments are on a line of their own, and its closing bracket is not.
    is_by_hand = base is None and (_opens_line(call) or (_hangs(call) and not fits_below))
    if "\n" not in code and (is_narrow or (base is None and not is_by_hand)):
        return cst.Call(func, [cst.Arg(flat)])
    if base is None:
        kept = call if is_by_hand and "\n" not in code else flat
        deeper = kept if _hangs(kept) else kept.visit(_Shifting(len(helper) + 1))
        assert isinstance(deeper, cst.BaseExpression)
        return cst.Call(func, [cst.Arg(deeper)])
    deeper = closed(call, inner - len(base) - len(_INDENT))
    if "\n" in cst.Module([]).code_for_node(deeper):
        moved = deeper.visit(_Shifting(len(_INDENT)))
        assert isinstance(moved, cst.BaseExpression)
        deeper = moved
    opening = cst.ParenthesizedWhitespace(
        indent=True, last_line=cst.SimpleWhitespace(base + _INDENT)
    )
    end = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace(base))
    argument = cst.Arg(deeper, whitespace_after_arg=end)
    return cst.Call(func, [argument], whitespace_before_args=opening)


def _opens_line(call: cst.BaseExpression) -> bool:
    """Whether the arguments of a call begin on a line of their own."""
    return isinstance(call, cst.Call) and isinstance(
        call.whitespace_before_args, cst.ParenthesizedWhitespace
    )


def _base(call: cst.BaseExpression) -> str | None:
    """What the closing bracket of a call is indented by, where it begins a line."""
    closing = call.args[-1] if isinstance(call, cst.Call) and call.args else None
    comma = closing.comma if closing is not None else None
    ends = comma.whitespace_after if isinstance(comma, cst.Comma) else None
    if ends is None and closing is not None:
        ends = closing.whitespace_after_arg
    return ends.last_line.value if isinstance(ends, cst.ParenthesizedWhitespace) else None


def _hangs(node: cst.BaseExpression) -> bool:
    """Whether its first line ends in an opening bracket, so that nothing is aligned with that."""
    if isinstance(node, cst.Dict | cst.Set):
        return isinstance(node.lbrace.whitespace_after, cst.ParenthesizedWhitespace)
    if isinstance(node, cst.List):
        return isinstance(node.lbracket.whitespace_after, cst.ParenthesizedWhitespace)
    if not isinstance(node, cst.Call):
        return False
    if _opens_line(node):
        return True
    before = "".join(cst.Module([]).code_for_node(arg) for arg in node.args[:-1])
    return bool(node.args) and "\n" not in before and _hangs(node.args[-1].value)


def unindented(node: cst.BaseExpression) -> cst.BaseExpression:
    """An expression that stood in brackets of its own, without them."""
    bare = node.with_changes(lpar=[], rpar=[])
    moved = bare.visit(_Shifting(-len(_INDENT)))
    assert isinstance(moved, cst.BaseExpression)
    return moved


def aligned(node: cst.BaseExpression, at: int, to: int) -> cst.BaseExpression:
    """An expression that goes from one column to one further right, with what is aligned in it.

    Only lines below its first one are moved, where they are aligned with a bracket in that.
    """
    first, _, rest = cst.Module([]).code_for_node(node).partition("\n")
    indent = rest[: len(rest) - len(rest.lstrip())]
    brackets = {at + column for column, sign in enumerate(first[:-1], 1) if sign in "([{"}
    if to <= at or set(indent) != {" "} or len(indent) not in brackets:
        return node
    moved = node.visit(_Shifting(to - at))
    assert isinstance(moved, cst.BaseExpression)
    return moved


class _Shifting(cst.CSTTransformer):
    """Moves the lines inside of brackets to the right, or to the left by a negative number."""

    def __init__(self, by: int) -> None:
        super().__init__()
        self.by = by

    def leave_ParenthesizedWhitespace(  # noqa: N802 - the library calls it
        self, original_node: cst.ParenthesizedWhitespace, updated_node: cst.ParenthesizedWhitespace
    ) -> cst.ParenthesizedWhitespace:
        above = [
            each.with_changes(whitespace=self._moved(each.whitespace)) if each.comment else each
            for each in updated_node.empty_lines
        ]
        last = self._moved(updated_node.last_line)
        return updated_node.with_changes(empty_lines=above, last_line=last)

    def _moved(self, space: cst.SimpleWhitespace) -> cst.SimpleWhitespace:
        value = space.value
        return cst.SimpleWhitespace(value + " " * self.by if self.by > 0 else value[: self.by])


def tabbed(statement: cst.BaseStatement) -> cst.BaseStatement:
    """A statement whose lines in brackets are indented by tabs in place of four spaces each."""
    changed = statement.visit(_Tabbing())
    assert isinstance(changed, cst.BaseStatement)
    return changed


class _Tabbing(cst.CSTTransformer):
    def leave_ParenthesizedWhitespace(  # noqa: N802 - the library calls it
        self, original_node: cst.ParenthesizedWhitespace, updated_node: cst.ParenthesizedWhitespace
    ) -> cst.ParenthesizedWhitespace:
        last = updated_node.last_line.value.replace(_INDENT, "\t")
        return updated_node.with_changes(last_line=cst.SimpleWhitespace(last))


def _last_call(value: cst.BaseExpression | None) -> cst.Call | None:
    """The call whose closing bracket ends an expression."""
    if isinstance(value, cst.Await) and not value.lpar:
        return _last_call(value.expression)
    if isinstance(value, cst.IfExp) and not value.lpar:
        return _last_call(value.orelse)
    if isinstance(value, cst.BooleanOperation) and not value.lpar:
        return _last_call(value.right)
    return value if isinstance(value, cst.Call) and not value.lpar else None


def _broken(value: cst.BaseExpression, call: cst.Call, room: int, depth: int) -> cst.BaseExpression:
    if isinstance(value, cst.Await):
        return value.with_changes(expression=_broken(value.expression, call, room, depth))
    if isinstance(value, cst.IfExp):
        return value.with_changes(orelse=_broken(value.orelse, call, room, depth))
    if isinstance(value, cst.BooleanOperation):
        return value.with_changes(right=_broken(value.right, call, room, depth))
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
