"""What the measurements of a running service share: it is started on a free port with a home of its own, asked, and ended; and its
figures go into a section of their own in docs/performance.md."""

import contextlib
import json
import os
import platform
import re
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/performance.md"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def call(url, body=None, accept="application/json"):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", "Accept": accept})
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def wait_for(what, condition, seconds=90, pause=0.2):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            if condition():
                return
        time.sleep(pause)
    raise SystemExit(f"bench: {what} did not come")


@contextlib.contextmanager
def process(command, environment):
    running = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield running
    finally:
        running.terminate()
        running.wait()


@contextlib.contextmanager
def service(*arguments, environment=(), pause=0.2):
    """The built service without a first run, once it is ready: its process and its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as home:
        settings = {"TENTH_HOME": home, "TENTH_FIRST_RUN": "false", "QUARKUS_HTTP_PORT": str(port), **dict(environment)}
        with process([str(ROOT / "deploy/tenth"), *arguments], settings) as running:
            wait_for("the service", lambda: call(f"{url}/q/health/ready"), pause=pause)
            yield running, url


def begin(url, recipe, parameters, preset=None):
    """Starts a run; its id."""
    wish = {"recipe": recipe, "seed": 1, "params": parameters, **({"preset": preset} if preset else {})}
    return json.loads(call(f"{url}/api/v1/runs", wish))["id"]


def wait_for_end(url, run):
    wait_for("the run's end", lambda: json.loads(call(f"{url}/api/v1/runs/{run}"))["state"] == "SUCCEEDED", 600)


def java():
    return subprocess.run([ROOT / "deploy/find-jdk"], capture_output=True, text=True).stdout.strip() + "/bin/java"


def processor_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid):
    return int(re.search(r"VmRSS:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text()).group(1)) / 1000


def machine():
    try:
        name = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()).group(1)
    except (OSError, AttributeError):
        name = platform.machine()
    return f"{name}, {os.cpu_count()} cores"


def write_section(begin, end, text, path=PAGE):
    """Puts a section of a page between its markers, at the end if it is new."""
    page = path.read_text()
    if begin not in page:
        page = page.rstrip("\n") + f"\n\n{begin}\n{end}\n"
    before, rest = page.split(begin)
    path.write_text(before + begin + "\n\n" + text.strip("\n") + "\n\n" + end + rest.split(end)[1])
