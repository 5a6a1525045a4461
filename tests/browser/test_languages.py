"""The page in both languages: whose language it takes, and what a change of it leaves alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mnist_core.text import say, speaking
from tests.browser.conftest import PageErrors
from tests.browser.pen import SEVEN, draw_by_mouse
from tests.browser.test_draw import digit_read
from tests.browser.test_experiments import open_tab, row
from tests.browser.test_train import choose_epochs, open_train_tab, press_train, state_is

TABS = {
    "en": ["Draw", "Train", "Mistakes", "Experiments", "Runs"],
    "zh-CN": ["手写", "训练", "误读", "实验", "记录"],
}


def speaks(page: Page, tag: str) -> None:
    """Wait until the page speaks a language, by its tag in `<html lang>`."""
    expect(page.locator("html")).to_have_attribute("lang", tag)
    for number, name in enumerate(TABS[tag]):
        expect(page.get_by_role("tab").nth(number)).to_have_text(name)


def zh(key: str) -> str:
    """Return a sentence in Chinese."""
    with speaking("zh"):
        return say(key)


def change_language(page: Page, language: str) -> None:
    page.locator(f"[data-language={language}]").click()


@pytest.mark.parametrize("locale", ["zh-CN", "zh-TW", "zh-HK"])
def test_a_chinese_browser_gets_a_chinese_page(new_page: Callable[..., Page], locale: str) -> None:
    page = new_page(locale=locale)
    speaks(page, "zh-CN")
    expect(page).to_have_title("用 PyTorch 识别手写数字")


def test_a_browser_of_a_third_language_gets_english(new_page: Callable[..., Page]) -> None:
    speaks(new_page(locale="de-DE"), "en")


def test_the_address_can_ask_for_a_language(
    page: Page, page_errors: PageErrors, app_url: str
) -> None:
    speaks(page, "en")
    page_errors.go(page, f"{app_url}?lang=zh")
    speaks(page, "zh-CN")


def test_a_choice_is_kept_over_a_reload(page: Page, page_errors: PageErrors) -> None:
    change_language(page, "zh")
    speaks(page, "zh-CN")
    page_errors.reload(page)
    speaks(page, "zh-CN")
    change_language(page, "en")
    speaks(page, "en")
    page_errors.reload(page)
    speaks(page, "en")


def test_a_change_keeps_the_drawing_and_the_form(page: Page) -> None:
    draw_by_mouse(page, SEVEN)
    digit_read(page, 7)
    open_train_tab(page)
    choose_epochs(page, 3)
    page.get_by_label("256").check()
    expect(page.locator("#settings-note")).to_have_text(
        "Other than the article's recipe: 3 epochs, batch size 256."
    )
    change_language(page, "zh")
    speaks(page, "zh-CN")

    expect(page.get_by_role("button", name="开始训练")).to_be_visible()
    expect(page.locator("#settings-note")).to_contain_text("与文章的设置不同：")
    expect(page.locator("#epochs input")).to_have_value("3")
    expect(page.get_by_label("256")).to_be_checked()
    expect(page.get_by_test_id("message")).to_contain_text("点“开始训练”")
    page.locator("#draw-button").click()
    digit_read(page, 7)
    assert page.get_by_test_id("prediction").get_attribute("data-seq")


def test_no_message_stays_in_the_language_before(page: Page, page_errors: PageErrors) -> None:
    page.wait_for_function("sessionStorage.getItem('mnist-session')")
    page.evaluate("sessionStorage.setItem('mnist-session', 'gone+')")
    page_errors.reload(page)
    toasts = page.get_by_test_id("toast-body")
    expect(toasts).to_contain_text("What you had trained, uploaded or counted is gone")
    page.locator("[data-language=zh]").press("Enter")  # the message lies over it
    expect(toasts).to_contain_text(zh("session.lost"))
    expect(toasts).not_to_contain_text("What you had")
    page.get_by_test_id("toast-close").click()
    expect(toasts).to_have_count(0)

    page.locator("#train-button").click()
    page.locator("#epochs input").fill("1000")
    page.locator("#start").click()
    expect(toasts).to_contain_text("“训练轮数”要填 1 到 100 的整数")
    page.locator("[data-language=en]").press("Enter")
    expect(toasts).to_have_count(0)
    expect(page.locator("#settings-note")).to_contain_text("Epochs must be")


@pytest.mark.usefixtures("mnist_root")
def test_a_run_goes_on_and_is_told_in_the_new_language(page: Page) -> None:
    open_train_tab(page)
    choose_epochs(page, 1)
    press_train(page)
    change_language(page, "zh")
    speaks(page, "zh-CN")
    state_is(page, "finished")

    panel = page.get_by_test_id("run")
    expect(panel.get_by_test_id("message")).to_contain_text("训练完成")
    expect(panel.get_by_test_id("title")).to_contain_text("训练 1 · ")
    expect(panel.get_by_test_id("train-accuracy")).to_contain_text("训练集 9")
    page.locator("#article-button").click()
    expect(page.get_by_test_id("lines")).to_contain_text("模型已移动到: cpu")
    expect(page.get_by_test_id("lines")).to_contain_text("测试集上的准确率: 9")

    open_tab(page, "Runs")
    expect(row(page, "训练 1")).to_have_count(1)
    expect(page.locator("th", has_text="泛化差距")).to_be_visible()
    open_tab(page, "Experiments")
    expect(page.get_by_test_id("try")).to_have_text("试一试")
    expect(page.locator(".controls").get_by_test_id("note")).to_contain_text("将训练")

    change_language(page, "en")
    speaks(page, "en")
    expect(page.get_by_test_id("try")).to_have_text("Try it")
    open_tab(page, "Runs")
    expect(row(page, "Run 1")).to_have_count(1)
    open_train_tab(page)
    expect(panel.get_by_test_id("message")).to_contain_text("Finished.")
    expect(page.get_by_test_id("lines")).to_contain_text("The model is on: cpu")
