"""The age groups, which the domain knows and a packet's rules ask for too."""

from muster.domain.age_groups import AGE_GROUPS as AGE_GROUPS
from muster.domain.age_groups import PROPERTY as PROPERTY
from muster.domain.age_groups import AgeGroups as AgeGroups
from muster.domain.age_groups import AgeRange as AgeRange
from muster.domain.age_groups import age_in_years as age_in_years
