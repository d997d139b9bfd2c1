"""The read shape of the change log."""

from typing import Any

import orjson
from rest_framework import serializers

from catalog_project.api.serializers import TimeField
from catalog_project.formats import format_time
from products.models import Change
from products.schemas import examples


class ActorSerializer(serializers.Serializer[Any]):
    """Who wrote. The user may be gone by now."""

    id = serializers.IntegerField()
    username = serializers.CharField()


class FieldChangeSerializer(serializers.Serializer[Any]):
    """What a field held before and after, as the API writes it."""

    before = serializers.JSONField()
    after = serializers.JSONField()


@examples.read_example(examples.CHANGE)
class ChangeSerializer(serializers.Serializer[Change]):
    """A change of one entity."""

    sequence = serializers.IntegerField(allow_null=True, help_text="null until the feed has been read up to it.")
    time = TimeField()
    request_id = serializers.CharField(help_text="Empty for commands.")
    actor = ActorSerializer(allow_null=True, help_text="null for commands.")
    entity = serializers.ChoiceField(choices=Change.Entity.choices)
    id = serializers.IntegerField(help_text="Of the entity.")
    action = serializers.ChoiceField(choices=Change.Action.choices)
    version = serializers.IntegerField(help_text="Of the entity, after the change; of a deleted one its last.")
    changes = serializers.DictField(child=FieldChangeSerializer(), help_text="By field, in the write shape.")
    message = serializers.CharField()

    def to_representation(self, instance: Change) -> dict[str, Any]:
        """The document; what is stored as JSON is sent as it is."""
        actor = instance.actor_id
        return {
            "sequence": instance.sequence,
            "time": format_time(instance.created_at),
            "request_id": instance.request_id,
            "actor": None if actor is None else {"id": actor, "username": instance.actor_name},
            "entity": instance.entity,
            "id": instance.entity_id,
            "action": instance.action,
            "version": instance.version,
            "changes": orjson.Fragment(instance.changes),
            "message": instance.message,
        }


@examples.read_example(examples.CHANGE_PAGE)
class ChangePageSerializer(serializers.Serializer[Any]):
    """A part of the feed."""

    results = ChangeSerializer(many=True)
    next_since = serializers.IntegerField(help_text="Where to go on: `since` of the next request.")
    has_more = serializers.BooleanField(help_text="Whether there may be more to read at once.")
