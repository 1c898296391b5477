"""Identity proofing as a graph: which methods, in what composition, and what came of them. Pure.

::

    definitions   the JSON of a configuration: methods, use cases; unknown keys are refused
    compilation   one use case -> Plan, or every reason why not
    plan          the graph as the engine walks it, with its canonical JSON and digest
    policies      when a composite node is decided
    events        what happened to one execution
    progress      the fold: plan + events -> where everything stands
    availability  which methods can run here and now
    selection     which child a choice takes by itself
    assurance     ceilings, caps, what evidence is worth, minimums
    commands      what may happen next: plan + progress + a wish -> events, or why not
    materialization  what is to be written once it is over
    method        what a method is asked and answers

Nothing here reads a clock, a file or the network. State is derived: whoever has the plan and the events has
everything.
"""
