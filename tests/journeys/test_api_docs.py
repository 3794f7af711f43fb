def test_a_programmer_reads_the_api_and_tries_an_operation(page):
    page.goto("/api/v1/docs")
    page.get_by_text("Search instruments").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.get_by_text('"next_cursor": null').first.wait_for()
