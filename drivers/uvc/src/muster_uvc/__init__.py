"""Cameras on USB, on the network and in video files, as a Muster driver."""
