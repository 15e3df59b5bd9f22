"""The preview server: what it sends and refuses, what it builds when files change, and how it ends."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import Served, preview, serving, settled, until
from sites import write

import notes_site
from notes_site.app import Hosts, located, with_client
from notes_site.changes import EVERYTHING, Change
from notes_site.live import TOLD, Live, News
from notes_site.model import Diagnostic, Span
from notes_site.preview import paths_of, urls_of
from notes_site.project import find

pytestmark = pytest.mark.slow

PICTURE = bytes(range(256)) * 8
FILES: dict[str, str | bytes] = {
    "site.yml": "title: Notes\nbase_url: https://example.org/my/notes/\n",
    "content/one.md": "---\ntitle: One\ndate: 2026-01-02\n---\n\nText $x^2$.\n",
    "content/draft.md": "---\ntitle: Draft\ndraft: true\n---\n\nNot yet.\n",
    "content/series/index.md": "# Series\n",
    "content/series/01-first.md": "# First\n\nWith [one](../one.md).\n",
    "content/movie.mp4": PICTURE,
    "content/data.tar.gz": b"\x1f\x8b",
    "content/slides.html": "<!doctype html>\n<HTML><HEAD><title>S</title></HEAD><body>S</body></HTML>\n",
    "content/module.wasm": b"\0asm",
    "content/drawing.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "content/ünder läufer.txt": "text",
    "static/own.js": "1;",
    "static/own.css": "p { color: red }",
}
BASE = "/my/notes/"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = write(tmp_path_factory.mktemp("served") / "site", FILES)
    with serving(folder) as found:
        made = folder / ".notes-site" / "preview"
        write(folder, {"secret.txt": "secret"})
        (made / "leads-out.txt").symlink_to(folder / "secret.txt")
        (made / "leads-out").symlink_to(folder)
        (made / "stays.html").symlink_to(made / "index.html")
        yield found


# -- what is sent ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("", "text/html; charset=utf-8"),
        ("one/", "text/html; charset=utf-8"),
        ("draft/", "text/html; charset=utf-8"),
        ("slides.html", "text/html; charset=utf-8"),
        ("feed.xml", "application/atom+xml"),
        ("sitemap.xml", "application/xml"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("own.js", "text/javascript; charset=utf-8"),
        ("own.css", "text/css; charset=utf-8"),
        ("module.wasm", "application/wasm"),
        ("drawing.svg", "image/svg+xml"),
        ("movie.mp4", "video/mp4"),
        ("data.tar.gz", "application/octet-stream"),
        ("%C3%BCnder%20l%C3%A4ufer.txt", "text/plain; charset=utf-8"),
        ("_live/live.js", "text/javascript; charset=utf-8"),
    ],
)
def test_files_are_sent_with_their_types(served: Served, path: str, kind: str) -> None:
    answer = served.get(BASE + path)
    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert int(answer.headers["content-length"]) == len(answer.body)


def test_fonts_are_sent_as_fonts(served: Served) -> None:
    page = served.get(BASE + "one/").body.decode()
    font = next(part.partition('"')[0] for part in page.split('href="../') if ".woff2" in part[:80])
    assert served.get(BASE + font).headers["content-type"] == "font/woff2"


def test_a_page_has_one_script_more_than_its_file(served: Served, tmp_path: Path) -> None:
    for path in ("", "one/", "slides.html"):
        page = served.get(BASE + path).body.decode()
        assert page.count('<script src="/my/notes/_live/live.js" data-live=') == 1
        assert page.lower().index("_live/live.js") < page.lower().index("</head>")
    assert (
        with_client(b"<p>x", "/", "a-1")
        == b'<p>x<script src="/_live/live.js" data-live="a-1" data-base="/" defer></script>'
    )
    assert with_client(b"\xff\xfex", "/", "a-1") == b"\xff\xfex"


@pytest.mark.parametrize(
    ("said", "status", "body", "shown"),
    [
        ("bytes=0-9", 206, PICTURE[:10], "bytes 0-9/2048"),
        ("bytes=2000-", 206, PICTURE[2000:], "bytes 2000-2047/2048"),
        ("bytes=-48", 206, PICTURE[2000:], "bytes 2000-2047/2048"),
        ("bytes=0-99999", 206, PICTURE, "bytes 0-2047/2048"),
        ("bytes=2048-", 416, b"", "bytes */2048"),
    ],
)
def test_parts_of_a_file_are_sent(served: Served, said: str, status: int, body: bytes, shown: str) -> None:
    answer = served.get(BASE + "movie.mp4", range=said)
    assert (answer.status, answer.headers["content-range"]) == (status, shown)
    if status == 206:
        assert answer.body == body


def test_what_the_browser_has_is_not_sent_again(served: Served) -> None:
    for path in ("one/", "movie.mp4", "_live/live.js"):
        etag = served.get(BASE + path).headers["etag"]
        again = served.get(BASE + path, if_none_match=etag)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
        assert served.get(BASE + path, if_none_match='"other"').status == 200


def test_head_is_get_without_the_body(served: Served) -> None:
    for path in ("one/", "movie.mp4", "nowhere/", "_live/live.js"):
        get, head = served.get(BASE + path), served.get(BASE + path, "HEAD")
        assert (head.status, head.body) == (get.status, b"")
        assert head.headers["content-length"] == get.headers["content-length"]
    assert served.get(BASE, "POST").status == 405


def test_what_is_not_there_is_answered_by_the_page_of_the_site(served: Served) -> None:
    for path in ("nowhere/", "nowhere", "one/nowhere.html", "../", "leads-out.txt", "one//", "/" * 3000, "a" * 3000):
        answer = served.get(BASE + path)
        assert answer.status == 404, path
        assert b"There is no page here" in answer.body
        assert b'data-missing="404"' in answer.body
    assert served.get("/elsewhere/").status == 404


def test_addresses_lead_to_the_base_and_to_folders(served: Served) -> None:
    for path, to in (
        ("/", BASE),
        ("/my/notes", BASE),
        (BASE + "one", BASE + "one/"),
        (BASE + "series?a=b", BASE + "series/?a=b"),
    ):
        answer = served.get(path)
        assert (answer.status, answer.headers["location"]) == (302, to)
    assert served.address == f"http://127.0.0.1:{served.port}{BASE}"


# -- what is refused ---------------------------------------------------------------------------------------------------

ESCAPES = (
    "../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "%2e%2e%2fsecret.txt", "..%5csecret.txt", "..\\secret.txt",
    "one/../../secret.txt", "./secret.txt", "/etc/passwd", "%2fetc%2fpasswd", "//etc/passwd", "leads-out.txt",
    "leads-out/secret.txt", "leads-out/site.yml", "%00", "one%00/", "secret.txt%00.html", "C:/secret.txt",
    "C:%5csecret.txt",    "..%c0%afsecret.txt", "..;/secret.txt", "%252e%252e/secret.txt", "...//secret.txt",
    "../.notes-site/outputs.json", "_live/../../secret.txt", "_live/live.py", "_live/", "_live/../live.js",
)  # fmt: skip


@pytest.mark.parametrize("path", ESCAPES)
def test_nothing_outside_the_output_folder_is_sent(served: Served, path: str) -> None:
    for start in (BASE, "/my/notes", "/"):
        answer = served.get(start + path)
        assert answer.status in (400, 404), path
        assert b"secret" not in answer.body
        assert b"root:" not in answer.body


def test_a_link_that_stays_inside_is_followed(served: Served) -> None:
    assert served.get(BASE + "stays.html").status == 200


def test_a_path_means_a_file_inside_or_nothing(tmp_path: Path) -> None:
    write(tmp_path / "out", {"a/index.html": "a", "b.txt": "b"})
    root = str((tmp_path / "out").resolve())
    found = located(root, "a/")
    assert found is not None
    assert found[0] == os.path.join(root, "a", "index.html")
    assert located(root, "") is None
    for path in ("a//", "/a/", "b.txt/", "./a/", "a/..", "a\\", "\0", "b.txt/c", "\ud800", "x" * 300):
        assert located(root, path) is None, path


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1", "127.0.0.1:1", "[::1]:8000"])
def test_a_host_that_is_this_machine_is_answered(served: Served, host: str) -> None:
    assert served.get(BASE, host=host).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "example.org",
        "127.0.0.1.example.org",
        "localhost.example.org:8000",
        "10.0.0.1",
        "",
        "a@localhost",
        "[",
        "localhost/",
    ],
)
def test_a_host_that_is_another_is_refused(served: Served, host: str) -> None:
    for path in (BASE, BASE + "_live/events", "/"):
        assert served.get(path, host=host).status in (400, 403)


def test_hosts_that_are_named_are_answered_and_numbers_where_all_are() -> None:
    assert Hosts("notes.local").allow("notes.local:8000")
    assert not Hosts("notes.local").allow("192.168.1.2:8000")
    assert Hosts("0.0.0.0").allow("192.168.1.2:8000")
    assert not Hosts("0.0.0.0").allow("rebound.example.org:8000")


@pytest.mark.parametrize("origin", ["http://example.org", "null", "http://127.0.0.1:1", "https://localhost", "file://"])
def test_another_site_may_not_listen(served: Served, origin: str) -> None:
    assert served.get(BASE + "_live/events", origin=origin).status == 403
    assert served.get(BASE + "_live/events", sec_fetch_site="cross-site").status == 403


# -- what is told ------------------------------------------------------------------------------------------------------


class Listener:
    """An open page, as the server sees one: the messages of its stream."""

    def __init__(self, served: Served) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
        self.connection.request("GET", BASE + "_live/events", headers={"origin": served.address.partition("/my")[0]})
        self.response = self.connection.getresponse()
        assert self.response.status == 200
        assert self.response.headers["content-type"].startswith("text/event-stream")

    def next(self) -> dict[str, Any]:
        while True:
            line = self.response.readline()
            assert line, "the stream has ended"
            if line.startswith(b"data: "):
                found: dict[str, Any] = json.loads(line[6:])
                return found

    def close(self) -> None:
        self.response.close()
        self.connection.close()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write(tmp_path / "site", FILES)


def test_pages_are_told_what_changed_and_what_is_wrong(site: Path) -> None:
    with serving(site) as served:
        first, second = Listener(served), Listener(served)
        state = first.next()
        assert (state["previous"], state["changed"], state["problems"]) == ("", None, [])
        assert second.next() == state
        write(site, {"content/one.md": "---\ntitle: One\ndate: 2026-01-02\n---\n\nText $x^\\foo$.\n"})
        told = first.next()
        assert told["previous"] == state["version"]
        assert "/one/" in told["changed"]
        assert "/draft/" not in told["changed"]
        assert told["errors"] == 1
        problem = told["problems"][0]
        assert (problem["code"], problem["place"], problem["severity"]) == ("N021", "one.md:6:9", "error")
        assert problem["excerpt"] == "Text $x^\\foo$.\n        ^^^^"
        assert second.next() == told
        write(site, {"content/one.md": FILES["content/one.md"]})
        until(lambda: first.next()["problems"] == [])
        said = served.said()
        assert 'N021 one.md:6:9 error: unknown command "\\foo"' in said
        assert "content/one.md: " in said
        for listener in (first, second):
            listener.close()


def test_a_page_that_moves_is_told_as_removed_and_added(site: Path) -> None:
    with serving(site) as served:
        listener = Listener(served)
        listener.next()
        (site / "content/one.md").rename(site / "content/two.md")
        added: set[str] = set()
        removed: set[str] = set()
        while not ("/two/" in added and "/one/" in removed):
            told = listener.next()
            added |= set(told["added"])
            removed |= set(told["removed"])
        listener.close()


def test_a_message_is_sent_only_when_there_is_news() -> None:
    live = Live()
    before = live.version
    live.tell(News(), "/", ())
    first = live.version
    assert first != before  # the first build is news, whatever it made
    live.tell(News(), "/", ())
    assert live.version == first
    live.tell(News(), "/", (Diagnostic("N051", "none", Span("")),))
    assert live.version != first


def problem(path: str, line: int, code: str = "N040") -> Diagnostic:
    return Diagnostic(code, "wrong", Span(path, line, 1))


def told_last(live: Live) -> list[tuple[str, str]]:
    """The places and addresses of the problems that an open page would be told."""
    found = json.loads(live._message(News(), "").removeprefix("data: "))
    return [(one["place"], one["url"]) for one in found["problems"]]


def test_the_newest_problems_are_told_first_and_errors_before_warnings() -> None:
    live = Live()
    old = (problem("a.md", 1), problem("b.md", 1, "N031"), problem("c.md", 1))
    live.tell(News(), "/", old)
    new = problem("b.md", 7)
    live.tell(News(), "/", (*old, new), {"b.md": "/b/"}, whole=False)
    assert told_last(live) == [("b.md:7:1", "/b/"), ("a.md:1:1", ""), ("c.md:1:1", ""), ("b.md:1:1", "/b/")]
    live.tell(News(), "/", (new,), {}, whole=False)  # a build that is under way has not come to the others yet
    live.tell(News(), "/", (*old, new))
    assert [where for where, _ in told_last(live)] == ["b.md:7:1", "a.md:1:1", "c.md:1:1", "b.md:1:1"]
    live.tell(News(), "/", old)
    live.tell(News(), "/", (*old, new, problem("a.md", 9)))
    assert [where for where, _ in told_last(live)][:2] == ["b.md:7:1", "a.md:9:1"]  # one that comes back is new


def test_of_too_many_problems_each_note_has_some() -> None:
    live = Live()
    many = [problem("a.md", line) for line in range(1, TOLD + 100)]
    live.tell(News(), "/", (*many, problem("z.md", 1)))
    told = [where for where, _ in told_last(live)]
    assert len(told) == TOLD
    assert "z.md:1:1" in told


def test_addresses_of_files_and_of_notes(tmp_path: Path) -> None:
    assert urls_of(["index.html", "a/index.html", "a/noindex.html", "feed.xml"]) == (
        "/",
        "/a/",
        "/a/noindex.html",
        "/feed.xml",
    )
    project = find(write(tmp_path, {"content/a.md": "# A"}))
    changed = Change(frozenset({str(project.content / "s" / "a\u0308.md"), str(project.root / "site.yml")}))
    assert paths_of(project, changed) == {"s/\u00e4.md", "../site.yml"}
    assert paths_of(project, EVERYTHING) == frozenset()


# -- what is built -----------------------------------------------------------------------------------------------------


def test_drafts_are_shown_and_never_reach_the_published_site(site: Path) -> None:
    with serving(site) as served:
        assert served.get(BASE + "draft/").status == 200
    assert not (site / "public").exists()


def test_output_goes_where_it_is_asked_for(site: Path, tmp_path: Path) -> None:
    with serving(site, "-d", str(tmp_path / "out")) as served:
        assert served.get(BASE + "one/").status == 200
    assert (tmp_path / "out/one/index.html").is_file()


def test_a_folder_of_notes_without_configuration_is_shown_and_left_as_it_is(tmp_path: Path) -> None:
    """The preview is written among the notes, in the folder of the cache, which no scan enters."""
    site = write(tmp_path / "site", {"one.md": "# One\n"})
    with serving(site) as served:
        assert served.get("/one/").status == 200
        write(site, {"one.md": "# Another\n"})
        until(lambda: b"Another" in served.get("/one/").body)
        assert served.stop() == 0
    assert [path.name for path in site.iterdir() if not path.name.startswith(".")] == ["one.md"]


@pytest.mark.slow
def test_when_all_is_quiet_the_preview_is_what_a_clean_build_makes(site: Path, tmp_path: Path) -> None:
    """Every kind of change, each after the one before."""
    with serving(site):
        settled(site, tmp_path / "clean")
        write(site, {"content/one.md": "# One\n\nEdited $x^3$.\n"})
        settled(site, tmp_path / "clean")
        write(site, {"content/new/folder/note.md": "# New\n", "content/new/a.txt": "a"})
        settled(site, tmp_path / "clean")
        (site / "content/new").rename(site / "content/renamed")
        settled(site, tmp_path / "clean")
        write(site, {"content/renamed/folder/note.md": "# Newer\n"})
        settled(site, tmp_path / "clean")
        shutil.rmtree(site / "content/renamed")
        settled(site, tmp_path / "clean")
        write(site, {"templates/note.html": "{% extends 'default/note.html' %}{% block footer %}Mine{% endblock %}"})
        settled(site, tmp_path / "clean")
        write(site, {"static/style.css": "p { color: blue }"})
        settled(site, tmp_path / "clean")
        write(site, {"site.yml": "title: Other\n"})
        settled(site, tmp_path / "clean")
        shutil.rmtree(site / "templates")
        settled(site, tmp_path / "clean")


@pytest.mark.slow
def test_what_no_event_told_is_found_when_it_is_quiet(site: Path, tmp_path: Path) -> None:
    """A stylesheet that is a link to a folder that nobody watches."""
    outside = write(tmp_path / "outside", {"linked.css": "p { color: green }"}) / "linked.css"
    (site / "static/linked.css").symlink_to(outside)
    with serving(site) as served:
        settled(site, tmp_path / "clean")
        outside.write_text("p { color: yellow }")
        write(site, {"content/one.md": "# One\n\nAnother.\n"})
        settled(site, tmp_path / "clean")
        assert b"yellow" in served.get(BASE + "linked.css").body


@pytest.mark.slow
def test_a_storm_ends_in_what_a_clean_build_makes(site: Path, tmp_path: Path) -> None:
    """Five hundred files, written, saved through others, moved and removed while builds are under way."""
    many = {f"content/many/{i:03}.md": f"# Note {i}\n\n$x_{{{i}}}$\n" for i in range(500)}
    write(site, many)
    with serving(site) as served:
        for turn in range(3):
            write(site, {name: f"{text}\nTurn {turn}.\n" for name, text in many.items()})
        for i in range(0, 500, 5):
            other = site / f"content/many/.{i:03}.md.tmp"
            other.write_text(f"# Saved {i}\n")
            os.replace(other, site / f"content/many/{i:03}.md")
        for i in range(1, 500, 5):
            (site / f"content/many/{i:03}.md").unlink()
        (site / "content/many").rename(site / "content/moved")
        write(site, {"content/moved/002.md": "# Last\n", ".git/index.lock": "", "content/.003.md.swp": ""})
        settled(site, tmp_path / "clean")
        assert b"Last" in served.get(BASE + "moved/002/").body
        assert "Traceback" not in served.said()


@pytest.mark.slow
def test_an_edit_is_on_the_page_while_others_go_on(site: Path) -> None:
    """Requests are answered from the last good files while a build is under way."""
    write(site, {f"content/many/{i:03}.md": f"# Note {i}\n" for i in range(300)})
    over = threading.Event()
    statuses: set[int] = set()
    with serving(site) as served:

        def ask() -> None:
            while not over.is_set():
                statuses.add(served.get(BASE + "one/").status)

        thread = threading.Thread(target=ask)
        thread.start()
        try:
            for word in ("alpha", "beta", "gamma"):
                write(
                    site, {"content/one.md": f"# One\n\n{word}\n", "site.yml": f"{FILES['site.yml']!s}author: {word}\n"}
                )
                until(lambda: word.encode() in served.get(BASE + "one/").body)  # noqa: B023
        finally:
            over.set()
            thread.join()
    assert statuses == {200}


def test_a_configuration_that_loses_the_notes_is_told_and_the_last_good_site_stays(site: Path) -> None:
    with serving(site) as served:
        write(site, {"site.yml": "title: Notes\ncontent: nowhere\nbase_url: https://example.org/my/notes/\n"})
        until(lambda: "there is no content folder" in served.said())
        assert served.get(BASE + "one/").status == 200
        write(site, {"site.yml": FILES["site.yml"], "content/one.md": "# Back\n"})
        until(lambda: b"Back" in served.get(BASE + "one/").body)


def test_a_configuration_that_cannot_be_read_is_told_and_the_last_good_one_holds(site: Path) -> None:
    with serving(site) as served:
        listener = Listener(served)
        listener.next()
        before = preview(site)
        write(site, {"site.yml": str(FILES["site.yml"]) + "broken: [x\n"})
        until(lambda: "N010 site.yml:" in served.said())
        told = listener.next()
        assert (told["base"], told["changed"], told["removed"]) == (BASE, [], [])
        assert [problem["code"] for problem in told["problems"]] == ["N010"]
        assert preview(site) == before
        write(site, {"content/one.md": "# Edited\n"})
        until(lambda: b"Edited" in served.get(BASE + "one/").body)
        write(site, {"site.yml": FILES["site.yml"]})
        until(lambda: listener.next()["problems"] == [])
        listener.close()


def test_a_preview_that_begins_with_a_configuration_that_cannot_be_read_waits_for_it(site: Path) -> None:
    write(site, {"site.yml": "title: [x\n"})
    with serving(site) as served:
        assert "N010 site.yml:" in served.said()
        assert served.get("/one/").status == 404
        write(site, {"site.yml": FILES["site.yml"]})
        until(lambda: served.get(BASE + "one/").status == 200)


def test_a_template_that_cannot_be_used_leaves_the_last_good_page(site: Path) -> None:
    with serving(site) as served:
        before = served.get(BASE + "one/").body
        write(site, {"templates/note.html": "{% nonsense %}"})
        until(lambda: "N052 templates/note.html:1" in served.said())
        again = served.get(BASE + "one/")
        assert again.status == 200
        assert again.body.split(b"data-live")[0] == before.split(b"data-live")[0]


# -- beginning and end -------------------------------------------------------------------------------------------------


def test_a_port_that_is_taken_is_left_and_the_next_is_used(site: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with serving(site, port=port, ready=False) as served:
            assert port < served.port <= port + 100
            until(lambda: f"port {port} is taken; this is {served.port}" in served.said())


def test_a_host_that_is_not_this_machine_is_an_error(site: Path) -> None:
    for host in ("192.0.2.1", "no such host"):
        command = [sys.executable, "-m", "notes_site", "serve", str(site), "--host", host]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert result.returncode == 1
        assert host in result.stderr
        assert "Traceback" not in result.stderr


def test_an_output_folder_that_a_build_refuses_is_an_error(site: Path) -> None:
    command = [sys.executable, "-m", "notes_site", "serve", str(site), "-d", str(site / "content")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert "the output folder is the content folder" in result.stderr


def test_a_folder_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "notes_site", "serve", str(tmp_path / "nowhere")]
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_at_once_with_open_pages(site: Path, number: signal.Signals) -> None:
    with serving(site) as served:
        listeners = [Listener(served) for _ in range(5)]
        start = time.monotonic()
        served.process.send_signal(number)
        assert served.process.wait(30) == 0
        assert time.monotonic() - start < 5  # about half a second when nothing else runs on the machine
        assert "Traceback" not in served.said()
        assert "Error" not in served.said()
        for listener in listeners:
            listener.close()


def _running(group: int) -> list[str]:
    """The processes of a group that are more than a name in the system's table."""
    found: list[str] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:  # `17 (python) S 1 16 …`: the state, the parent, the group
            state, _, member = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if member == str(group) and state != "Z":
            found.append(stat.parent.name)
    return found


def test_ctrl_c_ends_a_build_that_is_under_way(site: Path) -> None:
    """With the signal sent to all processes, as a terminal does, and worker processes parsing."""
    write(site, {f"content/many/{i:04}.md": f"# N {i}\n\n" + "$x^2$ and $\\frac{a}{b}$\n\n" * 40 for i in range(1500)})
    log = site.parent / "log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "notes_site", "serve", str(site), "--port", "0", "-j", "2"],
            stdout=subprocess.PIPE, stderr=stream, text=True, start_new_session=True,
        )  # fmt: skip
        assert process.stdout is not None
        with process.stdout:
            assert process.stdout.readline().startswith("http://")
            start = time.monotonic()
            os.killpg(process.pid, signal.SIGINT)
            try:
                assert process.wait(30) == 0
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
        assert time.monotonic() - start < 5
    assert "Traceback" not in log.read_text()
    until(lambda: not _running(process.pid), what="the end of all worker processes")


@pytest.mark.slow
def test_build_imports_no_server(tmp_path: Path) -> None:
    code = (
        "import sys; import notes_site.cli, notes_site.build;"
        "print([m for m in ('starlette', 'uvicorn', 'watchdog', 'asyncio', 'notes_site.serve') if m in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    package = str(Path(notes_site.__file__).parents[1])
    result = subprocess.run(command, capture_output=True, text=True, cwd=package, timeout=60)
    assert result.stdout.strip() == "[]"


@pytest.mark.slow
def test_the_preview_of_a_site_that_changed_nothing_is_not_written_again(site: Path) -> None:
    with serving(site):
        before = preview(site)
    with serving(site) as served:
        assert preview(site) == before
        assert "built: 4 notes, 1 formula, 0 pages in" in served.said()
