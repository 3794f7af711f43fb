"""What is drawn for the acts."""

from hypothesis import strategies as st

from tests.bookings.any_order.plain_city import CLOSE, DAY, LONGEST
from tests.bookings.any_order.plain_city import OPEN as OPENS
from tests.bookings.any_order.side_by_side import DAYS

people = st.sampled_from(["戊", "己"])
instruments = st.sampled_from(["at_once", "by_keeper"])
starts = st.builds(
    lambda day, time: day * DAY + time,
    st.integers(0, DAYS - 1),
    st.integers(OPENS - 1, CLOSE - 1),
)
lengths = st.integers(1, LONGEST + 1)
sides = st.booleans()
picks = st.integers(0, 10_000)
names = st.sampled_from([False, False, True])
"""Whether a booking names the project."""
