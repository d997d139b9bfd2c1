"""Who writes."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

# Rights are checked by the caller; None stands for the system (commands).
Actor = AbstractBaseUser | AnonymousUser
