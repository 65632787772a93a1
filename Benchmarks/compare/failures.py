"""When not everything can be read: a tool may report what it likes, but not end as after a clean scan."""
import os
import subprocess

from fixtures import Repository, Scenario
from in_files import zipped


def unreadable(folder, keys):
    (folder / "in").mkdir()
    (folder / "in" / "a.txt").write_text("nothing to see here\n")
    (folder / "in" / "b.env").write_text("nobody can read this\n")
    (folder / "in" / "b.env").chmod(0)
    return folder / "in"


def closed_folder(folder, keys):
    (folder / "in" / "closed").mkdir(parents=True)
    (folder / "in" / "a.txt").write_text("nothing to see here\n")
    (folder / "in" / "closed").chmod(0)
    return folder / "in"


def absent(folder, keys):
    (folder / "in").mkdir()
    return folder / "in" / "no-such-folder"


def cut_archive(folder, keys):
    (folder / "in").mkdir()
    archive = zipped("a.txt", os.urandom(5000))
    (folder / "in" / "a.zip").write_bytes(archive[:3000])
    return folder / "in"


def encrypted(folder, keys):
    (folder / "in").mkdir()
    (folder / "a.txt").write_text("nothing to see here\n")
    subprocess.run(["zip", "-q", "-P", "password", str(folder / "in" / "a.zip"), "a.txt"], cwd=folder, check=True)
    return folder / "in"


def broken(damage, stage=False):
    """A repository in which the object of a committed (or staged) file has been damaged."""
    def build(folder, keys):
        repository = Repository(folder / "in")
        repository.write("app.txt", "what is in here nobody can tell any more\n" * 20)
        repository.git("add", "-A")
        name = repository.git("rev-parse", ":app.txt")
        if not stage:
            repository.commit("a file")
            repository.git("rm", "-q", "app.txt")
            repository.commit("gone")
        path = repository.object_path(name)
        path.chmod(0o644)
        damage(path)
        return repository.folder
    return build


def garbage(path):
    content = path.read_bytes()
    path.write_bytes(content[:2] + b"\xff" * (len(content) - 2))


def shallow(folder, keys):
    source = Repository(folder / "source")
    for number in range(3):
        source.commit(f"{number}")
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{source.folder}", str(folder / "in")], check=True, capture_output=True)
    return folder / "in"


def no_repository(folder, keys):
    (folder / "in").mkdir()
    return folder / "in"


FAILURES = [
    Scenario("a file that may not be read", "files", unreadable, "alarm", unprivileged=True),
    Scenario("a folder that may not be read", "files", closed_folder, "alarm", unprivileged=True),
    Scenario("a path that is not there", "files", absent, "alarm"),
    Scenario("a zip that is cut short", "files", cut_archive, "alarm"),
    Scenario("an encrypted zip", "files", encrypted, "alarm"),
    Scenario("staged, its object damaged", "staged", broken(garbage, stage=True), "alarm"),
    Scenario("staged, its object missing", "staged", broken(os.unlink, stage=True), "alarm"),
    Scenario("history, an object damaged", "history", broken(garbage), "alarm"),
    Scenario("history, an object missing", "history", broken(os.unlink), "alarm"),
    Scenario("history of a shallow clone", "history", shallow, "alarm"),
    Scenario("staged, in a folder that is no repository", "staged", no_repository, "alarm"),
    # To kingfisher that is a folder like any other.
    Scenario("history, in a folder that is no repository", "history", no_repository, "alarm", without=("kingfisher",)),
    Scenario("an empty pipe (what came before it died)", "stream", lambda folder, keys: b"", "alarm"),
]
