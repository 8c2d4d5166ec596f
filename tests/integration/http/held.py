"""What the tests of the API share: things that must hold, counted, and waiting for them."""
import time

checks = 0


def counted():
    global checks
    checks += 1


def check(good, what):
    counted()
    if not good:
        raise SystemExit(f"FAILED: {what}")


def wait(good, seconds=60):
    end = time.time() + seconds
    while True:
        try:
            if good():
                return
        except OSError:
            pass
        if time.time() > end:
            raise SystemExit("FAILED: it took too long")
        time.sleep(0.05)
