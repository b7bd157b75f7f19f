"""Feature flags from the command line, the configuration and settings files, as users give them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from support.command import taskleash

APP = """import asyncio

from proxy import serve
from settings import config


def main():
    if config.enable_proxy:
        serve()
"""
PROXY = """import asyncio


def serve():
    asyncio.create_task(forward())


async def forward():
    await asyncio.sleep(1)
"""
YAML = "system:\n  enable_proxy: {value}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    # The module with the branch spawns nothing: only the flag makes it worth a look.
    (tmp_path / "app.py").write_text(APP.replace("import asyncio\n\n", ""), encoding="utf-8")
    (tmp_path / "proxy.py").write_text(PROXY, encoding="utf-8")
    return tmp_path


def site(folder: Path, *arguments: str) -> dict[str, Any]:
    """The only site of a scan."""
    ran = taskleash("scan", "--format", "json", *arguments, cwd=folder)
    assert (ran.status, ran.err) == (0, "")
    (found,) = json.loads(ran.out)["sites"]
    return dict(found)


def is_dormant(folder: Path, *arguments: str) -> bool:
    found = site(folder, *arguments)
    assert found["dormant"] == ("would_be" in found) == (found["risk"] == "low")
    return bool(found["dormant"])


def from_file(folder: Path, name: str, text: str, key: str = "") -> list[str]:
    (folder / name).write_text(text, encoding="utf-8")
    return ["--config", f'flags-from = ["{name}{key}"]']


class TestValues:
    def test_without_flags_the_site_is_awake(self, project: Path) -> None:
        assert not is_dormant(project)

    @pytest.mark.parametrize("value", ["false", "False", "0", "off", "no", ""])
    def test_what_is_written_for_no_on_the_command_line(self, project: Path, value: str) -> None:
        assert is_dormant(project, "--flag", f"enable_proxy={value}")

    @pytest.mark.parametrize("value", ["true", "1", "on", "yes", "socks5"])
    def test_anything_else_keeps_the_site_awake(self, project: Path, value: str) -> None:
        assert not is_dormant(project, "--flag", f"enable_proxy={value}")

    def test_the_command_line_goes_before_the_configuration_and_that_before_files(
        self, project: Path
    ) -> None:
        off = from_file(project, "conf.json", '{"enable_proxy": false}')
        on = ["--config", "flags.enable_proxy = true"]
        assert is_dormant(project, *off)
        assert not is_dormant(project, *off, *on)
        assert is_dormant(project, *off, *on, "--flag", "enable_proxy=off")

    def test_the_configuration_file(self, project: Path) -> None:
        (project / "taskleash.toml").write_text("flags = { enable_proxy = false }\n")
        message = site(project)["evidence"][0]["message"]
        assert message == (
            "reached only where `enable_proxy` is true, and it is false in taskleash.toml"
        )


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "text", "key"),
        [
            ("conf.yaml", YAML.format(value="false"), ":system"),
            ("conf.yml", YAML.format(value="'off'"), ""),
            ("conf.toml", "[system]\nenable_proxy = false\n", ":system"),
            ("conf.json", '{"a": {"b": {"enable_proxy": 0}}}', ":a.b"),
            (".env", "# proxy\nexport ENABLE_PROXY='false'\n", ""),
            ("local.env", "ENABLE_PROXY=\n", ""),
            (".env.local", "ENABLE_PROXY=no\n", ""),
            ("conf.yaml", "system: !include other.yaml\nenable_proxy: false\n", ""),
            ("conf.yaml", "a: &a\n  enable_proxy: false\n  again: *a\n", ""),
            ("conf.json", "\ufeff" + '{"enable_proxy": null}', ""),
        ],
    )
    def test_each_format(self, project: Path, name: str, text: str, key: str) -> None:
        assert is_dormant(project, *from_file(project, name, text, key))

    @pytest.mark.parametrize(
        ("condition", "text"),
        [
            ("message.title", "title: ''\n"),
            ("message.retries", "retries: 0\n"),
            ("url.host == 'example.org'", "host: localhost\n"),
        ],
    )
    def test_an_empty_or_plain_setting_is_no_flag_for_what_shares_its_name(
        self, project: Path, condition: str, text: str
    ) -> None:
        app = (project / "app.py").read_text().replace("config.enable_proxy", condition)
        (project / "app.py").write_text(app)
        assert not is_dormant(project, *from_file(project, "conf.yaml", text))

    def test_a_section_beside_the_one_that_is_asked_for(self, project: Path) -> None:
        text = "other:\n  enable_proxy: false\nsystem:\n  debug: true\n"
        assert not is_dormant(project, *from_file(project, "conf.yaml", text, ":system"))

    @pytest.mark.parametrize(
        ("name", "text", "key", "message"),
        [
            ("conf.ini", "[a]\n", "",
             "flags-from: conf.ini: expected a .yaml, .toml, .json or .env file"),
            ("conf.yaml", "a: [1\nb: 2\n", "",
             "conf.yaml:2:2: invalid YAML: expected ',' or ']', but got ':'"),
            ("conf.yaml", "a: 2020-99-99\n", "",
             "conf.yaml: invalid YAML: month must be in 1..12"),
            ("conf.json", '{"a": }', "", "conf.json:1:7: invalid JSON: expecting value"),
            ("conf.toml", "a = \n", "", "conf.toml:1:5: invalid TOML: invalid value"),
            (".env", "A=1\nno equals sign here\"\n=\n", "",
             ".env:2: invalid .env: expected NAME=VALUE"),
            ("conf.yaml", "systm:\n  a: 1\n", ":system",
             'flags-from: conf.yaml: system: no such key "system"'),
            ("conf.yaml", "", ":system",
             'flags-from: conf.yaml: system: no such key "system"'),
            ("conf.yaml", "a: 1\nb: 2\n", ":system",
             'flags-from: conf.yaml: system: no such key "system"'),
            ("conf.yaml", "system: 3\n", ":system",
             "flags-from: conf.yaml: system: expected a section, got a number"),
        ],
    )  # fmt: skip
    def test_a_file_that_cannot_be_used(
        self, project: Path, name: str, text: str, key: str, message: str
    ) -> None:
        ran = taskleash("check", *from_file(project, name, text, key), cwd=project)
        assert (ran.status, ran.out, ran.err) == (2, "", f"taskleash: {message}\n")

    def test_a_file_that_is_not_there(self, project: Path) -> None:
        ran = taskleash("check", "--config", 'flags-from = ["no.yaml:a"]', cwd=project)
        assert (ran.status, ran.err) == (2, "taskleash: flags-from: no.yaml: no such file\n")

    @pytest.mark.parametrize(
        ("name", "module", "what", "package"),
        [
            ("conf.yaml", "yaml", "YAML", "PyYAML"),
            (".env", "dotenv", ".env files", "python-dotenv"),
        ],
    )
    def test_a_library_that_is_not_installed_is_named_with_its_extra(
        self,
        project: Path,
        monkeypatch: pytest.MonkeyPatch,
        name: str,
        module: str,
        what: str,
        package: str,
    ) -> None:
        monkeypatch.setitem(sys.modules, module, None)
        ran = taskleash("check", *from_file(project, name, "A: 1\n"), cwd=project)
        remedy = f"needs {package}: pip install 'taskleash[{module}]'"
        assert ran.err == f"taskleash: {name}: reading {what} {remedy}\n"
        assert ran.status == 2

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ("enable_proxy", "'enable_proxy' is not NAME=VALUE"),
            ("=false", "expected NAME=VALUE, got no name"),
            ("", "expected NAME=VALUE, got no name"),
        ],
    )
    def test_a_flag_without_a_name_or_a_value(
        self, project: Path, given: str, message: str
    ) -> None:
        ran = taskleash("scan", "--flag", given, cwd=project)
        assert ran.status == 2
        assert message in ran.err


class TestCommands:
    def test_check_goes_by_the_risk_that_is_left(self, project: Path) -> None:
        assert taskleash("check", cwd=project).status == 1
        off = ("--flag", "enable_proxy=false")
        assert taskleash("check", *off, cwd=project).status == 0
        assert taskleash("check", *off, "--fail-on", "low", cwd=project).status == 1

    def test_the_risk_that_it_would_be(self, project: Path) -> None:
        found = site(project, "--flag", "enable_proxy=false")
        assert (found["would_be"], found["rule"]) == ("high", "TL001")
        assert "would_be" not in site(project)
        place = (found["evidence"][0]["path"], found["evidence"][0]["line"])
        assert place == ("app.py", 6)

    def test_a_warm_cache_knows_under_which_flags_a_verdict_holds(self, project: Path) -> None:
        cached = ("--config", 'cache-dir = "cache"')
        for _ in range(2):
            assert not is_dormant(project, *cached)
            assert is_dormant(project, *cached, "--flag", "enable_proxy=false")

    def test_one_file_alone_is_judged_with_what_leads_to_it(self, project: Path) -> None:
        (project / "pyproject.toml").write_text("")
        assert is_dormant(project, "--flag", "enable_proxy=false", "proxy.py")

    def test_another_module_that_uses_it_keeps_it_awake(self, project: Path) -> None:
        (project / "other.py").write_text("import proxy\n\nproxy.serve()\n")
        assert not is_dormant(project, "--flag", "enable_proxy=false")


class TestHints:
    def hints(self, folder: Path, *arguments: str) -> list[str]:
        return taskleash("scan", *arguments, cwd=folder).out.splitlines()[2:]

    def test_a_scan_names_the_flag_that_would_tell_more(self, project: Path) -> None:
        what = "1 site is reachable only where `enable_proxy` is true"
        assert self.hints(project)[1:] == [f"{what}: set `--flag enable_proxy=false`"]
        (project / "conf.yaml").write_text(YAML.format(value="true"))
        assert self.hints(project)[1:] == [f'{what}: set `flags-from = ["conf.yaml"]`']

    def test_no_hint_where_a_flag_is_given(self, project: Path) -> None:
        assert len(self.hints(project, "--flag", "other=true")) == 1

    @pytest.mark.parametrize(
        "condition",
        [
            "config.enable_proxy or sys.argv",
            "config.verbose",
            "not config.disable_proxy",
            "enable_proxy()",
            "sys.argv",
        ],
    )
    def test_no_hint_where_no_flag_decides(self, project: Path, condition: str) -> None:
        app = (project / "app.py").read_text().replace("config.enable_proxy", condition)
        (project / "app.py").write_text(app)
        assert len(self.hints(project)) == 1

    def test_what_the_program_switches_itself_is_no_flag(self, project: Path) -> None:
        (project / "app.py").write_text(
            "from proxy import serve\n\n\nclass App:\n    def on(self):\n"
            "        self.use_proxy = True\n\n    def run(self):\n"
            "        if self.use_proxy:\n            serve()\n"
        )
        assert len(self.hints(project)) == 1
