"""Screening statistics: what figures look like beside a model, published whether they show anything or not."""
