from enum import Enum


class Action(Enum):
    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    LOOK_UP = "look_up"
    CLOSE_EYES = "close_eyes"
