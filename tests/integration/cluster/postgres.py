"""A PostgreSQL server of its own in a folder, on a socket there, as a user who is not root: it refuses root."""
import glob
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import time


def binaries():
    """Where initdb and postgres are, or None: PostgreSQL is not installed."""
    for folder in sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True):
        if os.path.exists(folder + "/initdb") and os.path.exists(folder + "/postgres"):
            return folder
    found = shutil.which("initdb")
    return os.path.dirname(os.path.realpath(found)) if found else None


def owner():
    names = {user.pw_name: user for user in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


class Postgres:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(mode=0o755)
        self.process = None
        if os.geteuid() == 0:
            os.chown(self.folder, owner().pw_uid, owner().pw_gid)
        done = subprocess.run(self.command("initdb", "-D", self.folder / "data", "-U", "test", "--auth=trust",
                                           "--encoding=UTF8", "--locale=C", "--no-sync"), capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        self.start()
        self.run("CREATE DATABASE storesweep")

    def command(self, program, *arguments):
        command = [f"{binaries()}/{program}", *map(str, arguments)]
        if os.geteuid() != 0:
            return command
        return ["setpriv", f"--reuid={owner().pw_uid}", f"--regid={owner().pw_gid}", "--clear-groups", "--pdeathsig=KILL",
                *command]

    @property
    def connection(self):
        return f"host={self.folder} user=test dbname=storesweep target_session_attrs=read-write"

    def start(self, seconds=60):
        """Also after a kill: the helpers of the one before may need a moment to end."""
        end = time.time() + seconds
        while True:
            self.process = subprocess.Popen(self.command("postgres", "-D", self.folder / "data", "-k", self.folder,
                                                         "-c", "listen_addresses=", "-c", "shared_buffers=64MB"),
                                            stdout=open(self.folder / "log", "a"), stderr=subprocess.STDOUT)
            while self.process.poll() is None:
                if subprocess.run(self.command("pg_isready", "-q", "-h", self.folder)).returncode == 0:
                    return
                if time.time() > end:
                    raise RuntimeError("PostgreSQL does not start")
                time.sleep(0.05)
            if time.time() > end:
                raise RuntimeError("PostgreSQL ends at once:\n" + (self.folder / "log").read_text()[-2000:])
            time.sleep(0.1)

    def end(self, number=signal.SIGINT):
        """SIGINT: it closes its connections and stops; SIGKILL: as a power cut."""
        self.process.send_signal(number)
        self.process.wait(timeout=60)

    def run(self, sql, database="postgres"):
        done = subprocess.run(self.command("psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "test",
                                           "-d", database, "-c", sql), capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()
