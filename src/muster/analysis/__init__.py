"""Looking at pictures: each analyser is one file; nothing here decides what a poor picture means.

The only importer of onnxruntime and cv2. Weights are verified before they are used; heavy imports happen at
the first use, so that the window is there before they are.
"""
