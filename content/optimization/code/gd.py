"""Gradient descent with a fixed step, in plain Python."""


def gradient_descent(gradient, start, step, iterations):
    """Return the iterates x_0, x_1, ..., x_iterations."""
    iterates = [list(start)]
    for _ in range(iterations):
        x = iterates[-1]
        g = gradient(x)
        iterates.append([xi - step * gi for xi, gi in zip(x, g)])
    return iterates


def diagonal_quadratic(curvatures):
    """The value and the gradient of f(x) = 1/2 sum_i c_i x_i^2."""

    def value(x):
        return 0.5 * sum(c * xi * xi for c, xi in zip(curvatures, x))

    def gradient(x):
        return [c * xi for c, xi in zip(curvatures, x)]

    return value, gradient


if __name__ == "__main__":
    value, gradient = diagonal_quadratic([1.0, 10.0])
    path = gradient_descent(gradient, start=[10.0, 1.0], step=0.1, iterations=40)
    for k in (0, 1, 10, 20, 40):
        print(f"{k:3d}  {value(path[k]):.6f}")
