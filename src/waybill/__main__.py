"""`python -m waybill`."""

from waybill.cli import run

if __name__ == "__main__":
    run()
