"""The voting machine: kiosk, vouchers, zero report, tally sheet."""
