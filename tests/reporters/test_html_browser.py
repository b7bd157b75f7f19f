"""The page in a browser, as people use it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from support.browser import chromium, complaints, requests, resize
from support.command import taskleash
from support.reports import entry, report, site
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.registry import render

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
pytestmark = pytest.mark.browser

MARKUP = "<img src=x onerror=alert(1)>"
HOSTILE = f"""\
import asyncio

# </script><script>alert(1)</script> {MARKUP} \x1b[31m \u202e
async def send(text): ...


class Bot:
    async def main(self):
        asyncio.create_task(send("</script><script>alert(1)</script>{MARKUP}\u202e"))
"""


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    flag = ("--flag", "enable_proxy=false")
    ran = taskleash(
        "scan", *flag, "--format", "html", "-o", str(path), "voice_assistant", cwd=FIXTURES
    )
    assert ran.status == 0
    return path


@pytest.fixture
def page(chrome: Chrome, assistant: Path) -> Iterator[Chrome]:
    """The page just opened, on a desk; at the end of the test nothing was wrong."""
    yield from opened(chrome, assistant)


def opened(chrome: Chrome, path: Path) -> Iterator[Chrome]:
    resize(chrome, 1280)
    chrome.get("about:blank")
    complaints(chrome)
    requests(chrome)
    chrome.get(path.as_uri())
    yield chrome
    assert complaints(chrome) == []
    # A link within the page, too, asks for the page.
    assert {url.partition("#")[0] for url in requests(chrome)} <= {path.as_uri(), "about:blank"}


def find(chrome: Chrome, selector: str) -> WebElement:
    return chrome.find_element(By.CSS_SELECTOR, selector)


def shown_tasks(chrome: Chrome) -> list[str]:
    names = chrome.find_elements(By.CSS_SELECTOR, "#rows .row .name")
    return [name.text for name in names if name.is_displayed()]


def choose_risk(chrome: Chrome, risk: str) -> None:
    chrome.execute_script(f"document.querySelector('.chip [value={risk}]').focus()")
    chrome.switch_to.active_element.send_keys(Keys.SPACE)


def is_wider_than_the_screen(chrome: Chrome) -> bool:
    script = "return document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return bool(chrome.execute_script(script))


def test_all_tasks_are_there_and_nothing_is_open(page: Chrome) -> None:
    assert len(shown_tasks(page)) == 11
    assert find(page, "#shown").text == "11 of 11 tasks"
    assert page.find_elements(By.CSS_SELECTOR, ".detail, .listing") == []


def test_searching_narrows_the_table_and_clearing_widens_it(page: Chrome) -> None:
    find(page, "body").send_keys("/")
    assert page.switch_to.active_element == find(page, "#search")
    page.switch_to.active_element.send_keys("TTS process")
    assert set(shown_tasks(page)) == {"_process_tts", "_process_payload_queue"}
    find(page, "#search").send_keys(" nothing like it")
    assert shown_tasks(page) == []
    assert find(page, "#empty").is_displayed()
    find(page, "#clear").click()
    assert len(shown_tasks(page)) == 11


def test_what_a_finding_says_can_be_searched_for(page: Chrome) -> None:
    find(page, "#search").send_keys("come from other code")
    assert "_websocket_send_func" in shown_tasks(page)
    assert "_sweep_stale" not in shown_tasks(page)


def test_filters_by_risk_rule_and_component_narrow_together(page: Chrome) -> None:
    choose_risk(page, "high")
    assert shown_tasks(page) == ["_websocket_send_func", "_finish_heavy_init"]
    choose_risk(page, "dormant")
    assert len(shown_tasks(page)) == 5
    Select(find(page, "#rule")).select_by_value("TL001")
    assert len(shown_tasks(page)) == 3
    Select(find(page, "#component")).select_by_visible_text("ServiceContext")
    assert shown_tasks(page) == ["_finish_heavy_init"]
    assert find(page, "#shown").text == "1 of 11 tasks"


def test_a_heading_sorts_and_sorts_back(page: Chrome) -> None:
    first = shown_tasks(page)
    heading = find(page, "th[data-key=task]")
    heading.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    assert shown_tasks(page) == sorted(first)
    assert heading.get_attribute("aria-sort") == "ascending"
    heading.find_element(By.TAG_NAME, "button").click()
    assert shown_tasks(page) == sorted(first, reverse=True)
    assert heading.get_attribute("aria-sort") == "descending"
    find(page, "th[data-key=risk] button").click()
    assert shown_tasks(page) == first


def test_a_row_is_opened_read_and_closed_by_keyboard(page: Chrome) -> None:
    opener = find(page, "#t0 button")
    opener.send_keys(Keys.ENTER)
    assert opener.get_attribute("aria-expanded") == "true"
    detail = find(page, f"#{opener.get_attribute('aria-controls')}")
    assert "is dropped: nothing can stop it or wait for it" in detail.text
    own = detail.find_element(By.CSS_SELECTOR, ".source .own")
    assert "asyncio.create_task(self._websocket_send_func(" in own.text
    assert own.find_elements(By.CSS_SELECTOR, ".h-b")
    assert detail.find_elements(By.CSS_SELECTOR, ".chain li")
    added = [line.text for line in detail.find_elements(By.CSS_SELECTOR, ".diff .added")]
    assert any("await self._websocket_send_func" in line for line in added)
    opener.send_keys(Keys.ARROW_DOWN)
    assert page.switch_to.active_element == find(page, "#t1 button")
    opener.send_keys(Keys.ENTER)
    assert page.find_elements(By.CSS_SELECTOR, ".detail") == []


def test_an_open_row_stays_with_its_own_when_the_table_changes(page: Chrome) -> None:
    find(page, "#t3").click()
    find(page, "th[data-key=file] button").click()
    below = page.execute_script("return document.getElementById('t3').nextElementSibling.id")
    assert below == "t3-more"
    choose_risk(page, "high")
    assert not find(page, "#t3-more").is_displayed()


def test_all_rows_open_and_close_at_once(page: Chrome) -> None:
    for count in (11, 0):
        find(page, "#all").click()
        assert len(page.find_elements(By.CSS_SELECTOR, "#rows .detail")) == count


def test_the_tabs_are_walked_by_keyboard_and_show_one_part_each(page: Chrome) -> None:
    tab = find(page, "[role=tab]")
    parts = [
        one.get_attribute("aria-controls")
        for one in page.find_elements(By.CSS_SELECTOR, "[role=tab]")
    ]
    assert parts[0] == "scan"
    assert {"score", "plan"} <= set(parts)
    for part in [*parts[1:], "scan"]:
        tab.send_keys(Keys.ARROW_RIGHT)
        tab = page.switch_to.active_element
        assert tab.get_attribute("aria-controls") == part
        assert [one for one in parts if find(page, f"#{one}").is_displayed()] == [part]


def test_a_step_of_the_plan_shows_its_change_and_leads_to_its_task(page: Chrome) -> None:
    find(page, "#search").send_keys("hides everything")
    find(page, "#tab-plan").click()
    find(page, "#plan .change").click()
    assert find(page, "#plan .diff .added").is_displayed()
    link = find(page, "#plan .steps .name")
    task = link.text
    link.click()
    assert find(page, "#scan").is_displayed()
    opener = page.switch_to.active_element
    assert opener.text == task
    assert opener.get_attribute("aria-expanded") == "true"


def test_every_control_and_every_picture_has_a_name(page: Chrome) -> None:
    find(page, "#all").click()
    for tab in page.find_elements(By.CSS_SELECTOR, "[role=tab]"):
        tab.click()
        nodes = page.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        roles = {"button", "link", "tab", "searchbox", "combobox", "checkbox", "image", "region"}
        named = [
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in nodes
            if not node["ignored"] and node["role"]["value"] in roles
        ]
        assert len(named) > 5
        assert [role for role, name in named if not name.strip()] == []


def test_the_system_decides_about_dark_and_the_reader_may_differ(page: Chrome) -> None:
    def background() -> str:
        return find(page, "body").value_of_css_property("background-color")

    light = background()
    resize(page, 1280, scheme="dark")
    dark = background()
    assert dark != light
    find(page, "#theme").click()
    assert background() == light
    find(page, "#theme").click()
    resize(page, 1280)
    assert background() == dark
    find(page, "#theme").click()
    assert background() == light


def test_a_phone_shows_everything_without_scrolling_sideways(page: Chrome) -> None:
    resize(page, 375)
    find(page, "#all").click()
    assert find(page, "#sort").is_displayed()
    for tab in page.find_elements(By.CSS_SELECTOR, "[role=tab]"):
        tab.click()
        assert not is_wider_than_the_screen(page)
    find(page, "#tab-scan").click()
    Select(find(page, "#sort")).select_by_value("task")
    assert shown_tasks(page) == sorted(shown_tasks(page))


@pytest.mark.parametrize("width", [375, 1280])
def test_the_page_opens_at_its_top(page: Chrome, width: int) -> None:
    resize(page, width)
    page.refresh()
    assert page.execute_script("return window.scrollY") == 0


def test_on_paper_every_part_is_there_and_no_control(page: Chrome) -> None:
    black = find(page, "h1").value_of_css_property("color")
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": dark})
    try:
        assert find(page, "h1").value_of_css_property("color") == black
        for part in ("#scan", "#score", "#plan"):
            assert find(page, part).is_displayed()
        assert not find(page, ".tools").is_displayed()
        assert not find(page, ".tabs").is_displayed()
    finally:
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_nothing_is_cut_off_on_paper(page: Chrome) -> None:
    # What A4 has between its margins.
    resize(page, 718)
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not is_wider_than_the_screen(page)
        assert find(page, "#plan .command").size["width"] > 400
    finally:
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.mark.parametrize("width", [740, 1000, 1180, 1280])
def test_a_command_of_the_plan_has_room_on_every_screen(page: Chrome, width: int) -> None:
    resize(page, width)
    find(page, "#tab-plan").click()
    assert not is_wider_than_the_screen(page)
    for command in page.find_elements(By.CSS_SELECTOR, "#plan .steps .command"):
        assert command.size["width"] > 200


def test_the_tree_keeps_its_shape_on_a_phone(page: Chrome) -> None:
    resize(page, 375)
    find(page, "#tab-plan").click()
    tree = find(page, "#plan .tree")
    lines = tree.text.count("\n") + 1
    height = page.execute_script(
        "return parseFloat(getComputedStyle(arguments[0]).lineHeight)", tree
    )
    assert tree.size["height"] < height * (lines + 1.5)
    assert not is_wider_than_the_screen(page)


def test_without_scripts_the_tables_are_there(chrome: Chrome, assistant: Path) -> None:
    chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        chrome.get(assistant.as_uri())
        for part in ("#scan", "#score", "#plan"):
            assert find(chrome, part).is_displayed()
        assert not find(chrome, ".tools").is_displayed()
        assert "Without JavaScript" in find(chrome, "body").text
    finally:
        chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_of_very_many_tasks_some_are_shown_at_first(chrome: Chrome, tmp_path: Path) -> None:
    sites = [site("app.py", number, f"task_{number:03}") for number in range(1, 451)]
    text = render("html", report([entry(one, "TL001", "m") for one in sites]), RenderOptions())
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    for page in opened(chrome, tmp_path / "page.html"):
        assert len(shown_tasks(page)) == 200
        assert find(page, "#shown").text == "450 of 450 tasks"
        find(page, "#search").send_keys("task_449")
        assert shown_tasks(page) == ["task_449"]
        find(page, "#clear").click()
        find(page, "th[data-key=task] button").click()
        find(page, "th[data-key=task] button").click()
        assert shown_tasks(page)[0] == "task_450"
        rest = find(page, "#rest")
        assert rest.text == "Show 250 more"
        page.execute_script("arguments[0].scrollIntoView()", rest)
        rest.click()
        assert shown_tasks(page)[-1] == "task_001"
        assert not rest.is_displayed()
    for page in opened(chrome, tmp_path / "page.html"):
        assert not find(page, "#t300").is_displayed()
        page.execute_script("location.hash = 't300'")
        WebDriverWait(page, 10).until(lambda chrome: find(chrome, "#t300").is_displayed())


def test_hostile_names_and_sources_do_nothing(chrome: Chrome, tmp_path: Path) -> None:
    name = f"{MARKUP.replace('/', '')}.py"
    try:
        (tmp_path / name).write_text(HOSTILE, encoding="utf-8")
    except OSError:
        pytest.skip("files cannot have such names here")
    assert taskleash("scan", "--format", "html=page.html", "-q", cwd=tmp_path).status == 0
    for page in opened(chrome, tmp_path / "page.html"):
        find(page, "#all").click()
        assert page.find_elements(By.TAG_NAME, "img") == []
        assert len(page.find_elements(By.TAG_NAME, "script")) == 4
        assert MARKUP in find(page, "#t0 .c-file").text
        source = find(page, ".source").text
        assert "</script><script>alert(1)</script>" in source
        assert "\\u202e" in source
        assert "\u202e" not in page.page_source


def test_a_report_without_tasks_opens(chrome: Chrome, tmp_path: Path) -> None:
    assert taskleash("scan", "--format", "html=page.html", "-q", cwd=tmp_path).status == 0
    for page in opened(chrome, tmp_path / "page.html"):
        assert find(page, "h1").text == "Background tasks"
