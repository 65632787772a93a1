"""Keys on their way into a commit, and keys that only a repository's history still holds."""
import gzip
import os

from fixtures import Repository, Scenario
from in_files import line, page, zipped


def staged(change, *options, first=True):
    """A repository in which change(repository, key) has been staged."""
    def build(folder, keys):
        repository = Repository(folder / "in", *options, first=first)
        change(repository, keys[0])
        repository.git("add", "-A")
        return repository.folder
    return build


def put(name, content=line):
    return lambda repository, key: repository.write(name, content(key))


def attributes(text, name="config/app.txt", content=line):
    def change(repository, key):
        repository.write(".gitattributes", text)
        repository.git("add", "-A")
        repository.commit("attributes")
        repository.write(name, content(key))
    return change


def settings(repository, key):
    # The repository's own settings count for git as those of a user do.
    for name, value in (("diff.external", "true"), ("diff.noprefix", "true"), ("color.diff", "always"), ("color.ui", "always"),
                        ("diff.mnemonicPrefix", "true"), ("core.quotePath", "false")):
        repository.git("config", name, value)
    repository.write("app.env", line(key))


def known(change):
    """A key that is committed already; change(repository, key) does something else."""
    def moved(repository, key):
        repository.write("old.txt", b"a\nb\n" + line(key) + b"c\nd\ne\nf\ng\nh\n")
        repository.git("add", "-A")
        repository.commit("the key is there")
        change(repository, key)
    return staged(moved)


def within(repository, key):
    repository.write("old.txt", b"a\nb\nc\nd\ne\nf\ng\nh\n" + line(key))


def renamed(repository, key):
    repository.git("mv", "old.txt", "new.txt")


def elsewhere(repository, key):
    repository.write("old.txt", b"a\nb\n" + line(key) + b"c\nd\ne\nf\ng\nanother line\n")


def after(build, then):
    """The same, and something more once it is staged."""
    def built(folder, keys):
        path = build(folder, keys)
        then(path, keys[0])
        return path
    return built


def unstaged(folder, keys):
    repository = Repository(folder / "in")
    repository.write("app.env", "HOPX_API_KEY=\n")
    repository.git("add", "-A")
    repository.write("app.env", line(keys[0]))
    return repository.folder


STAGED = [
    Scenario("no key at all", "staged", staged(lambda repository, key: repository.write("a.txt", "a line\n")), want="quiet"),
    Scenario("plain text", "staged", staged(put("app.env"))),
    Scenario("a file with the attribute `-diff`", "staged", staged(attributes("config/* -diff\n"))),
    Scenario("a file with the attribute `binary`", "staged", staged(attributes("config/* binary\n"))),
    Scenario("UTF-16", "staged", staged(put("a.txt", lambda key: b"\xff\xfe" + line(key).decode().encode("utf-16-le")))),
    Scenario("behind a NUL byte", "staged", staged(put("a.bin", lambda key: b"\x00\n" + line(key)))),
    Scenario("zip", "staged", staged(put("a.zip", lambda key: zipped("app.env", page(key))))),
    Scenario("the first commit of a repository", "staged", staged(put("app.env"), first=False)),
    Scenario("a SHA-256 repository", "staged", staged(put("app.env"), "--object-format=sha256")),
    Scenario("a file name with a newline and quotes", "staged", staged(put(b'a\n"b" \'c\'.env'))),
    Scenario("a file name that is no UTF-8", "staged", staged(put(b"a\xff\xfe.env"))),
    Scenario("with `diff.external`, `diff.noprefix`, `color.diff=always` and the like set", "staged", staged(settings)),
    Scenario("staged, then taken out of the working tree alone", "staged", after(staged(put("app.env")), lambda path, key: (path / "app.env").write_text("HOPX_API_KEY=\n"))),
    Scenario("in the target of a symbolic link", "staged", staged(lambda repository, key: os.symlink(key, repository.folder / "link"))),
    Scenario("must pass: in the working tree, not staged", "staged", unstaged, want="quiet"),
    Scenario("must pass: another line of a file with a committed key", "staged", known(elsewhere), want="quiet"),
    Scenario("must pass: a committed key that moved within its file", "staged", known(within), want="quiet"),
    Scenario("must pass: a renamed file with a committed key", "staged", known(renamed), want="quiet"),
]


def past(leave):
    """A repository with some history, in which leave(repository, key) leaves a key."""
    def build(folder, keys):
        repository = Repository(folder / "in")
        leave(repository, keys[0])
        repository.commit("last")
        return repository.folder
    return build


def committed(name, content=line, attribute=""):
    def leave(repository, key):
        if attribute:
            repository.write(".gitattributes", attribute)
        repository.write(name, content(key))
        repository.git("add", "-A")
        repository.commit("a file")
        repository.git("rm", "-q", name)
        repository.commit("gone")
    return leave


def merged(repository, key):
    repository.git("checkout", "-q", "-b", "side")
    repository.write("side.txt", "side\n")
    repository.git("add", "-A")
    repository.commit("side")
    repository.git("checkout", "-q", "main")
    repository.commit("main")
    repository.git("merge", "-q", "--no-ff", "--no-commit", "side")
    repository.write("evil.env", line(key))
    repository.git("add", "-A")
    repository.commit("merge")
    repository.git("rm", "-q", "evil.env")
    repository.commit("gone")


def stashed(repository, key):
    repository.write("README", line(key))
    repository.git("stash", "push", "-q")


def staged_stash(repository, key):
    repository.write("README", line(key))
    repository.git("add", "-A")
    repository.write("README", "one\ntwo\nthree\n")
    repository.git("stash", "push", "-q")


def dangling(repository, key):
    repository.write("app.env", line(key))
    repository.git("add", "-A")
    repository.commit("a mistake")
    repository.git("reset", "-q", "--hard", "HEAD~1")
    repository.git("reflog", "expire", "--expire=now", "--all")


def reflog(repository, key):
    repository.write("app.env", line(key))
    repository.git("add", "-A")
    repository.commit("a mistake")
    repository.git("reset", "-q", "--hard", "HEAD~1")


def unborn(repository, key):
    repository.git("hash-object", "-w", "--stdin", data=line(key))


def named(repository, key):
    committed(key + ".txt", lambda _: b"x\n")(repository, key)


def sha256(folder, keys):
    repository = Repository(folder / "in", "--object-format=sha256")
    committed("app.env")(repository, keys[0])
    return repository.folder


HISTORY = [
    Scenario("no key at all", "history", past(lambda repository, key: None), want="quiet"),
    Scenario("a deleted file", "history", past(committed("app.env"))),
    Scenario("a deleted file with the attribute `binary`", "history", past(committed("app.dat", attribute="*.dat binary\n"))),
    Scenario("a deleted file in UTF-16", "history", past(committed("a.txt", lambda key: line(key).decode().encode("utf-16")))),
    Scenario("a deleted zip", "history", past(committed("a.zip", lambda key: zipped("app.env", page(key))))),
    Scenario("a deleted gzip file", "history", past(committed("a.gz", lambda key: gzip.compress(page(key))))),
    Scenario("only in what a merge commit added", "history", past(merged)),
    Scenario("a stash", "history", past(stashed)),
    Scenario("only in the index of a stash", "history", past(staged_stash)),
    Scenario("a commit that only the reflog knows", "history", past(reflog)),
    Scenario("a commit that nothing points at", "history", past(dangling)),
    Scenario("a file that was staged and never committed", "history", past(unborn)),
    Scenario("a commit message", "history", past(lambda repository, key: repository.commit(f"try with {key}"))),
    Scenario("the message of a tag", "history", past(lambda repository, key: repository.git("tag", "-a", "v1", "-F", "-", data=line(key)))),
    Scenario("a note", "history", past(lambda repository, key: repository.git("notes", "add", "-F", "-", data=line(key)))),
    Scenario("a file name", "history", past(named)),
    Scenario("a SHA-256 repository, a deleted file", "history", sha256),
]
