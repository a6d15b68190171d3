"""Screening statistics: figures beside a model, published whether they show anything or not."""
