"""A configuration: which methods there are, and which use cases compose them, in the source's own words.

``{"methods": [...], "useCases": [...]}``, polymorphic by ``_type`` (Sphereon's IDV, "Configuration").
Keys the source and its public contracts know are read; any other key is refused by name, since a misspelt minimum
would be no minimum. Words of closed sets are read in capitals and small letters alike.

Secrets are never in here: ``clientIdRef`` and ``clientSecretRef`` hold a key that somebody else resolves.

What the sources leave open has its default here; ``src/decisions`` says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

from muster.domain.proofing import (
    Aal,
    Assurance,
    Consent,
    Eidas,
    Framework,
    Ial,
    Scenario,
    Strength,
)
from muster.errors import BadInput, Code, MalformedData
from muster.formats.json_part import JsonPart
from muster.formats.mitrust_scope import Scope
from muster.formats.web_address import is_safe

PROOFING_NOT_JSON = Code("PROOFING_NOT_JSON", "The proofing configuration cannot be read: it is no JSON object.")
PROOFING_KEY_UNKNOWN = Code(
    "PROOFING_KEY_UNKNOWN", "The proofing configuration has keys nobody knows, perhaps misspelt: {keys}."
)
PROOFING_TYPE_UNKNOWN = Code("PROOFING_TYPE_UNKNOWN", "The proofing configuration has no known _type at {place}.")
PROOFING_VALUE_WRONG = Code(
    "PROOFING_VALUE_WRONG", "The proofing configuration has a missing or wrong value at {place}."
)

# What may be bound to a method's node, by the names that ``target`` has.
LOGIN_HINT, LANGUAGE, PORTRAIT, FINGER_RECORD, TOTP_SECRET = (
    "login_hint", "language", "portrait", "fingerRecord", "totpSecret",
)  # fmt: skip
EARLIER_REGISTRATION = "registration"
OTP_INPUTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "email": ("email", "contact.email"),
        "sms": ("phone", "contact.phone"),
        "authenticator_app": (TOTP_SECRET,),
    }
)

_LONGEST_PLACE = 200
_Text = Annotated[str, Field(min_length=1, max_length=500)]
_Seconds = Annotated[int, Field(gt=0, le=10 * 365 * 24 * 3600)]


class Part(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        allow_inf_nan=False,
        defer_build=True,  # most commands read no configuration
    )


# --- graphs ----------------------------------------------------------------------------------------------


class ContextAttribute(Part):
    """Given when the execution was started."""

    kind: Literal["ContextAttribute"] = Field(alias="_type")
    attribute_path: _Text


class PriorNodeAttribute(Part):
    """Found by another node before."""

    kind: Literal["PriorNodeAttribute"] = Field(alias="_type")
    node_id: _Text
    attribute_path: _Text


class UserInputAttribute(Part):
    """Entered when the node is dispatched."""

    kind: Literal["UserInputAttribute"] = Field(alias="_type")
    field_id: _Text
    field_label: str = ""


AttributeSource = Annotated[
    ContextAttribute | PriorNodeAttribute | UserInputAttribute, Field(discriminator="kind")
]


class AttributeBinding(Part):
    source: AttributeSource
    target: _Text


class MethodNode(Part):
    kind: Literal["MethodNode"] = Field(alias="_type")
    node_id: _Text | None = None
    method_id: _Text
    input_bindings: tuple[AttributeBinding, ...] = ()


class SequenceNode(Part):
    kind: Literal["SequenceNode"] = Field(alias="_type")
    node_id: _Text | None = None
    children: tuple[Node, ...]


class ParallelNode(Part):
    kind: Literal["ParallelNode"] = Field(alias="_type")
    node_id: _Text | None = None
    children: tuple[Node, ...]
    join_policy: Literal["All", "Any", "BestEffort"] = "All"
    failure_policy: Literal["FailFast", "WaitForAll", "ContinueOnFailure"] = "FailFast"


class ChoiceNode(Part):
    kind: Literal["ChoiceNode"] = Field(alias="_type")
    node_id: _Text | None = None
    children: tuple[Node, ...]
    selection_policy: Literal["UserSelect", "HighestAssurance", "LowestCost", "FirstAvailable"] = "UserSelect"


class ThresholdNode(Part):
    kind: Literal["ThresholdNode"] = Field(alias="_type")
    node_id: _Text | None = None
    children: tuple[Node, ...]
    minimum_successes: int
    failure_policy: Literal["FailFast", "WaitForAll", "ContinueOnFailure"] = "WaitForAll"


CompositeNode = SequenceNode | ParallelNode | ChoiceNode | ThresholdNode
Node = Annotated[MethodNode | CompositeNode, Field(discriminator="kind")]


# --- methods ---------------------------------------------------------------------------------------------


class ConfigRef(Part):
    """The name of something that is not in this file."""

    key: _Text


class Display(Part):
    name: _Text
    description: str = ""
    icon_uri: str = ""


class AttributeMapping(Part):
    source_attribute: _Text
    target_attribute: _Text
    identifier_type: _Text | None = None
    required: bool = False


def _scope(text: str) -> str:
    try:
        Scope.parse(text)
    except BadInput as error:
        raise ValueError("no scope of MiTrust") from error
    return text


class AssuranceProfile(Part):
    """The most a method can give."""

    max_assurance: Eidas | None = None
    max_ial: Ial | None = None
    max_aal: Aal | None = None
    amr_capabilities: tuple[_Text, ...] = ()


class TerritoryRestriction(Part):
    prohibited: bool = False
    requires_legal_basis: tuple[_Text, ...] = ()


class ComplianceProfile(Part):
    """``applicable_territories`` left out is everywhere."""

    regulatory_frameworks: tuple[Framework, ...] = ()
    evidence_strength: Strength | None = None
    proofing_scenario: Scenario | None = None
    required_consents: tuple[Consent, ...] = ()
    applicable_territories: tuple[_Text, ...] | None = None
    territory_restrictions: Mapping[str, TerritoryRestriction] = Field(default_factory=dict)


class _Method(Part):
    id: _Text
    scope: Literal["APP", "TENANT"] = "APP"
    tenant_id: _Text | None = None
    enabled: bool = True
    display: Display | None = None
    assurance: AssuranceProfile = AssuranceProfile()
    compliance: ComplianceProfile = ComplianceProfile()
    cost: Annotated[float, Field(ge=0)] = 0.0
    device: _Text | None = None
    offline_capable: bool | None = None

    def takes(self, target: str) -> bool:
        """Whether it does anything with what is bound to its node by this name."""
        return False


def _web_address(text: str) -> str:
    if not is_safe(text, loopback=True):
        raise ValueError("no secure address")
    return text


class _InBrowser(_Method):
    """``post_auth_redirect_uri``, by ID&V's name, is where the browser is sent once its answer was taken; without
    it, it is shown a page that says so."""

    post_auth_redirect_uri: Annotated[_Text, AfterValidator(_web_address)] | None = None


class OidcMethodDefinition(_InBrowser):
    """Ours are ``client_key_ref``, a private key (PEM) for providers that know their clients by one, and
    ``access_token``: ``jwt`` for providers whose access tokens are signed ones, which are checked (GovStack)."""

    kind: Literal["OidcMethodDefinition"] = Field(alias="_type")
    type: Literal["oidc"] = "oidc"
    discovery_url: _Text
    client_id_ref: ConfigRef
    client_secret_ref: ConfigRef | None = None
    client_key_ref: ConfigRef | None = None
    scopes: tuple[_Text, ...] = ("openid", "profile", "email")
    attribute_mappings: tuple[AttributeMapping, ...] = ()
    subject_binding: AttributeBinding | None = None
    acr_values: tuple[_Text, ...] = ()
    user_info_enabled: bool = True
    access_token: Literal["opaque", "jwt"] = "opaque"  # noqa: S105 - a kind of token

    def takes(self, target: str) -> bool:
        return target == LOGIN_HINT


class WalletMethodDefinition(_Method):
    """Ours is what a station needs besides: ``access_ref``, the key and certificates by which wallets know it,
    where they have not their usual name (``idv.wallet.access``); ``issuer_certificates`` (PEM), authorities beside
    those the server tells; and where wallets answer: at a centre's ``relay_url``; where nothing is said at this
    station's own hub, if it has one; else at this station, which listens on ``listen_on`` (``host:port``), with
    the key and certificate of ``tls_ref``, and is known outside by ``public_url``."""

    kind: Literal["WalletMethodDefinition"] = Field(alias="_type")
    type: Literal["wallet"] = "wallet"
    dcql_query: dict[str, JsonValue] | str | None = None
    trusted_issuers: tuple[_Text, ...] = ()
    credential_types: tuple[_Text, ...] = ()
    accepted_lo_as: tuple[Eidas, ...] = ()
    attribute_mappings: tuple[AttributeMapping, ...] = ()
    access_ref: ConfigRef | None = None
    issuer_certificates: tuple[Annotated[str, Field(max_length=16_384)], ...] = ()
    relay_url: _Text | None = None
    relay_auth_ref: ConfigRef | None = None
    listen_on: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{1,253}:[0-9]{1,5}$")] | None = None
    public_url: _Text | None = None
    tls_ref: ConfigRef | None = None
    link_scheme: Annotated[str, Field(pattern=r"^[a-z][a-z0-9+.-]{1,40}$")] = "openid4vp"
    answer_ttl_seconds: _Seconds = 300

    @property
    def has_own_door(self) -> bool:
        """Whether it is said how wallets come to the station itself."""
        return any(each is not None for each in (self.listen_on, self.public_url, self.tls_ref))


class OtpMethodDefinition(_Method):
    """``gateway_ref`` is ours: the secret that says how messages are sent, where it has not its usual name
    (``idv.otp.email``, ``idv.otp.sms``)."""

    kind: Literal["OtpMethodDefinition"] = Field(alias="_type")
    type: Literal["otp"] = "otp"
    channel: Literal["email", "sms", "authenticator_app"]
    code_length: Annotated[int, Field(ge=4, le=12)] = 6
    code_ttl_seconds: _Seconds = 300
    max_attempts: Annotated[int, Field(ge=1, le=20)] = 3
    gateway_ref: ConfigRef | None = None

    def takes(self, target: str) -> bool:
        return target == LANGUAGE or target in OTP_INPUTS[self.channel]


class DocumentMethodDefinition(_Method):
    kind: Literal["DocumentMethodDefinition"] = Field(alias="_type")
    type: Literal["document"] = "document"
    provider: _Text
    document_types: tuple[_Text, ...] = ()
    nfc_enabled: bool = False
    attribute_mappings: tuple[AttributeMapping, ...] = ()


class BiometricMethodDefinition(_Method):
    kind: Literal["BiometricMethodDefinition"] = Field(alias="_type")
    type: Literal["biometric"] = "biometric"
    provider: _Text
    modality: Literal["face", "fingerprint"] = "face"
    liveness_required: bool = True

    def takes(self, target: str) -> bool:
        """Of a face, whichever portrait there is: ``portrait``, or ``portrait.1`` beside ``portrait.2``."""
        if self.modality == "fingerprint":
            return target == FINGER_RECORD
        return target.partition(".")[0] == PORTRAIT


class ClaimMatchMethodDefinition(_Method):
    kind: Literal["ClaimMatchMethodDefinition", "AttributeMatchMethodDefinition"] = Field(alias="_type")
    type: Literal["claim_match"] = "claim_match"
    identifier_type: _Text
    attribute: _Text

    def takes(self, target: str) -> bool:
        return target == self.attribute


class RestApiMethodDefinition(_Method):
    kind: Literal["RestApiMethodDefinition"] = Field(alias="_type")
    type: Literal["rest_api"] = "rest_api"
    endpoint: _Text
    auth_ref: ConfigRef | None = None
    attribute_mappings: tuple[AttributeMapping, ...] = ()

    def takes(self, target: str) -> bool:
        """All is handed on; the service knows."""
        return True


class IdAndVMethodDefinition(_InBrowser):
    """Ours: a trusted identity claim through IDEMIA's ID&V. ``asked_by`` says whose key asks, the person's
    application's (``person_key_ref``, GIPS-UA) or the station's (``backend_key_ref``, GIPS-RS); without
    ``returns_to_station`` the browser ends nowhere, for a person who signs in on a telephone. With
    ``submits_document`` the service gets the pages that a step before this one looked at; of which kind and
    country the document is may be bound as ``document.type`` (``PASSPORT``) and ``document.issuing_country``."""

    DOCUMENT: ClassVar[tuple[str, str]] = ("document.type", "document.issuing_country")

    kind: Literal["IdAndVMethodDefinition"] = Field(alias="_type")
    type: Literal["id_and_v"] = "id_and_v"
    origin: _Text
    backend_key_ref: ConfigRef
    person_key_ref: ConfigRef | None = None
    idp_identifier: _Text
    asked_by: Literal["user_agent", "relying_party"] = "user_agent"
    response_type: Literal["JSON", "HTTP_REDIRECT"] = "JSON"
    returns_to_station: bool = True
    submits_document: bool = False
    attribute_mappings: tuple[AttributeMapping, ...] = ()

    @model_validator(mode="after")
    def _has_the_persons_key(self) -> IdAndVMethodDefinition:
        if self.asked_by == "user_agent" and self.person_key_ref is None:
            raise ValueError("user_agent needs personKeyRef")
        return self

    def takes(self, target: str) -> bool:
        return target == LOGIN_HINT or (self.submits_document and target in self.DOCUMENT)


class MitrustMethodDefinition(_InBrowser):
    """Ours: records that a person shares through MiTrust. ``client_ref`` is ``client_id:secret_key``,
    ``sharing_scope`` in MiTrust's grammar; ``token_ref`` the AutoUpdate token, for that mode alone. ``again`` uses
    the one that the person of the registration bound as ``registration`` gave at this station."""

    COMPANY: ClassVar[tuple[str, str]] = ("company.country", "company.registration_number")

    kind: Literal["MitrustMethodDefinition"] = Field(alias="_type")
    type: Literal["mitrust"] = "mitrust"
    origin: _Text
    client_ref: ConfigRef
    sharing_scope: Annotated[_Text, AfterValidator(_scope)]
    mode: Literal["interactive", "company", "autoupdate", "again"] = "interactive"
    token_ref: ConfigRef | None = None
    attribute_mappings: tuple[AttributeMapping, ...] = ()

    @model_validator(mode="after")
    def _has_its_token(self) -> MitrustMethodDefinition:
        if self.mode == "autoupdate" and self.token_ref is None:
            raise ValueError("autoupdate needs tokenRef")
        return self

    def takes(self, target: str) -> bool:
        if self.mode == "again":
            return target == EARLIER_REGISTRATION
        return self.mode == "company" and target in self.COMPANY


class VouchMethodDefinition(_Method):
    """Ours: somebody who is known vouches for the person; an introducer shows an identifier of this type, the
    officer compares the person with what they brought."""

    kind: Literal["VouchMethodDefinition"] = Field(alias="_type")
    type: Literal["vouch"] = "vouch"
    by: Literal["introducer", "supervisor", "officer"] = "introducer"
    identifier_type: _Text = "UIN"


Method = Annotated[
    OidcMethodDefinition
    | WalletMethodDefinition
    | OtpMethodDefinition
    | DocumentMethodDefinition
    | BiometricMethodDefinition
    | ClaimMatchMethodDefinition
    | RestApiMethodDefinition
    | IdAndVMethodDefinition
    | MitrustMethodDefinition
    | VouchMethodDefinition,
    Field(discriminator="kind"),
]


# --- use cases -------------------------------------------------------------------------------------------


class Policy(Part):
    """``minimum_assurance`` may name a level of eIDAS, or one of NIST's, as the source's table does. Ours is
    ``downgraded_services``: a service that did not answer lately is offered after the others, or not at all."""

    minimum_assurance: Eidas | Ial | Aal
    minimum_ial: Ial | None = None
    minimum_aal: Aal | None = None
    minimum_strength: Strength | None = None
    session_ttl_seconds: _Seconds = 3600
    framework: Framework | None = None
    proofing_scenario: Scenario | None = None
    required_consents: tuple[Consent, ...] = ()
    territory_id: _Text | None = None
    legal_bases: tuple[_Text, ...] = ()
    offline_policy: Literal["WAIT", "FAIL", "ENROLL_PROVISIONAL"] = "WAIT"
    downgraded_services: Literal["LAST", "REFUSE"] = "LAST"
    max_attempts_per_node: Annotated[int, Field(ge=1, le=100)] = 5

    @property
    def minimum(self) -> Assurance:
        named = self.minimum_assurance
        return Assurance(
            eidas=named if isinstance(named, Eidas) else None,
            ial=named if isinstance(named, Ial) else self.minimum_ial,
            aal=named if isinstance(named, Aal) else self.minimum_aal,
            strength=self.minimum_strength,
        )


class Trigger(Part):
    """When a use case is meant; what is left out fits everybody."""

    trigger_type: _Text | None = None
    entry_point_type: _Text | None = None
    processes: tuple[_Text, ...] | None = None
    countries: tuple[_Text, ...] | None = None
    minimum_age: int | None = None
    maximum_age: int | None = None
    priority: int = 0


class CreateIdentifiersMaterialization(Part):
    kind: Literal["CreateIdentifiersMaterialization"] = Field(alias="_type")
    from_nodes: tuple[_Text, ...] | None = None
    identifier_filter: tuple[_Text, ...] | None = None


class CreateIdentityMatchMaterialization(Part):
    kind: Literal["CreateIdentityMatchMaterialization"] = Field(alias="_type")
    from_nodes: tuple[_Text, ...] | None = None
    hash_algorithm: Literal["HS256"] = "HS256"


class CreateRelationshipMaterialization(Part):
    kind: Literal["CreateRelationshipMaterialization"] = Field(alias="_type")
    relationship_type: _Text
    source_node_id: _Text


class CreateRegistrationMaterialization(Part):
    kind: Literal["CreateRegistrationMaterialization"] = Field(alias="_type")
    registration_type: _Text
    source_node_id: _Text
    jurisdiction_country: _Text | None = None


class AttachEvidenceMaterialization(Part):
    kind: Literal["AttachEvidenceMaterialization"] = Field(alias="_type")
    from_nodes: tuple[_Text, ...] | None = None


class MarkVerifiedMaterialization(Part):
    kind: Literal["MarkVerifiedMaterialization"] = Field(alias="_type")
    role: _Text | None = None


Rule = Annotated[
    CreateIdentifiersMaterialization
    | CreateIdentityMatchMaterialization
    | CreateRelationshipMaterialization
    | CreateRegistrationMaterialization
    | AttachEvidenceMaterialization
    | MarkVerifiedMaterialization,
    Field(discriminator="kind"),
]


class UseCase(Part):
    id: _Text
    tenant_id: _Text
    name: str = ""
    description: str = ""
    enabled: bool = True
    triggers: tuple[Trigger, ...] = ()
    graph: Node
    policy: Policy
    materializations: tuple[Rule, ...] = ()


class Definitions(Part):
    methods: tuple[Method, ...] = ()
    use_cases: tuple[UseCase, ...] = ()

    def methods_of(self, tenant: str) -> Mapping[str, Method]:
        """What one tenant has: everybody's, and in their place or beside them its own."""
        everybody = {each.id: each for each in self.methods if each.scope == "APP"}
        own = {each.id: each for each in self.methods if each.scope == "TENANT" and each.tenant_id == tenant}
        return {**everybody, **own}


# --- reading ---------------------------------------------------------------------------------------------

_TAGS = frozenset(
    each.__name__ for each in globals().copy().values() if isinstance(each, type) and issubclass(each, Part)
) | {"AttributeMatchMethodDefinition"}
_DEFINITIONS = TypeAdapter(Definitions)
_P = TypeVar("_P")


def parse_definitions(content: bytes) -> Definitions:
    """Raises ``MalformedData``, with the place by the keys of the file and never with a value."""
    return read_part(_DEFINITIONS, content)


def read_part(adapter: TypeAdapter[_P], content: bytes) -> _P:
    """``content`` as what ``adapter`` describes; the same refusals for every part of a configuration."""
    JsonPart.of(content, PROOFING_NOT_JSON)  # no infinities, and the offset of what is wrong
    try:
        return adapter.validate_json(content)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
    # Outside the handler: the cause would quote values.
    raise _refusal(problems)


def _refusal(problems: list[Any]) -> MalformedData:
    kinds = {each["type"] for each in problems}
    if "json_invalid" in kinds:
        return MalformedData(PROOFING_NOT_JSON)
    unknown = [_place(each["loc"]) for each in problems if each["type"] == "extra_forbidden"]
    if unknown:
        return MalformedData(PROOFING_KEY_UNKNOWN, keys=", ".join(unknown)[:_LONGEST_PLACE])
    for each in problems:
        if each["type"].startswith("union_tag_"):
            return MalformedData(PROOFING_TYPE_UNKNOWN, place=_place(each["loc"]))
    return MalformedData(PROOFING_VALUE_WRONG, place=_place(problems[0]["loc"]))


def _place(location: tuple[int | str, ...]) -> str:
    """``useCases[0].graph.children[1]``: without the names of the classes that were tried."""
    return "".join(_steps(location)).lstrip(".")[:_LONGEST_PLACE] or "$"


def _steps(location: tuple[int | str, ...]) -> Iterator[str]:
    for each in location:
        if isinstance(each, int):
            yield f"[{each}]"
        elif each not in _TAGS:
            yield "." + "".join(letter if letter.isprintable() else "?" for letter in each)
