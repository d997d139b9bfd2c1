"""What commands say of a refusal."""

from catalog_project.errors import DomainError, Fault


def explain(error: DomainError) -> str:
    """Every fault with its place, a line each; or what was refused."""
    return "\n".join(map(_line, error.faults)) or error.detail


def _line(fault: Fault) -> str:
    meant = f" Did you mean {fault.suggestion}?" if fault.suggestion else ""
    return f"{fault.pointer}: {fault.detail}"[1:] + meant
