"""What the container runs: the verb is the first argument, everything else comes from the runner's environment."""

from waybill.action import run

if __name__ == "__main__":
    run()
