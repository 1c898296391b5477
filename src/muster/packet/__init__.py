"""From what was enrolled to the sealed bytes a server accepts, and back.

``contents`` says what goes in, ``assemble`` translates our words into MOSIP's, ``seal`` signs and encrypts,
``opening`` does what the server does with what it gets.
"""
