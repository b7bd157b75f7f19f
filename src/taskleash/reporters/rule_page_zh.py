"""The pages of rules in Chinese: what the English page says, with the same examples."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files

from taskleash.rules import registry
from taskleash.rules.model import Rule

_RISKS = {"high": "高风险", "low": "低风险", "none": "无风险"}
_APPLICABILITY = {"safe": "安全", "unsafe": "不安全"}
_SECTION = re.compile(r"^(Example|Use instead)\n-+\n(.*?)(?=\n\S[^\n]*\n-{3,}\n|\Z)", re.M | re.S)


@cache
def texts() -> dict[str, list[str]]:
    """By code: the rule's name, what it does, why that is bad, and whether its fixes are safe."""
    found: dict[str, list[str]] = json.loads(
        files("taskleash.reporters.language").joinpath("rules_zh.json").read_text(encoding="utf-8")
    )
    return found


def page(rule: Rule) -> str:
    """The rule's page for a terminal."""
    name, does, bad, safety = texts()[rule.code]
    examples = {m[1]: m[2].strip("\n") for m in _SECTION.finditer(registry.page(rule))}
    title = f"{name}（{rule.name}，{rule.code}）"
    facts = f"{_RISKS[str(rule.risk)]}，默认{'启用' if rule.default else '关闭'}。"
    if rule.fixes:
        kinds = (f"{fix.kind}（{_APPLICABILITY[str(fix.applicability)]}）" for fix in rule.fixes)
        facts += f"修复：{'、'.join(kinds)}。"
    parts = [("作用", does), ("危害", bad), ("示例", examples.get("Example", ""))]
    parts += [("应改为", examples.get("Use instead", "")), ("修复是否安全", safety)]
    said = "\n\n".join(f"{head}\n{'-' * 2 * len(head)}\n{text}" for head, text in parts if text)
    return f"{title}\n{'=' * 2 * len(name)}\n\n{facts}\n\n{said}\n"
