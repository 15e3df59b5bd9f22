"""Find a zero by bisection."""


def bisect(f, low, high, steps=50):
    """A zero of the continuous function `f` between `low` and `high`, where it has opposite signs."""
    for _ in range(steps):
        middle = (low + high) / 2
        if f(low) * f(middle) <= 0:
            high = middle
        else:
            low = middle
    return (low + high) / 2
