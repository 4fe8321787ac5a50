"""Models: loading, making a tiny one, freezing, decoding. torch from here on."""
