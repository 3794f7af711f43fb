"""What each process of the race for two baskets does; it knows nothing of pytest."""

from tests.processes import attempt, lingering, wake


def book_basket_slowly(checked, released, results, *, environment, **facts):
    """Book a basket, staying between the check and the write of its first time."""
    wake(environment)
    from bookings.groups.services.basket import basket_book
    from bookings.requests.domain import pricing

    pricing.calculate_quote = lingering(checked, released, pricing.calculate_quote)
    attempt(results, basket_book, **facts)


def book_basket_meanwhile(checked, released, results, *, environment, **facts):
    """Book another basket with the same instruments in another order."""
    wake(environment)
    from bookings.groups.services.basket import basket_book

    checked.wait(60)
    attempt(results, basket_book, **facts)
    released.set()
