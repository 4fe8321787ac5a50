"""Problems: synthetic ones from schemas, real ones from GSM8K, and what a model sees of them."""
