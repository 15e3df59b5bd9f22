"""One function for each kind of output: a Target, the Site's answers and the Context in, bytes out."""
