"""Who among many has a face like this one: 1:N over templates, at one station and over a center.

One protocol (``search.GallerySearch``), three engines: every vector in memory (``search.ExactSearch``), sketches
first (``search.SketchSearch``), and PostgreSQL with pgvector (``postgres``). What leaves a station is turned with
its center's key before (``center``).
"""
