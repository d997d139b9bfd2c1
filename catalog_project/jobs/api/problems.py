"""What jobs can refuse."""

from catalog_project.api.problems import Problem, register

register(
    Problem(
        "job_finished",
        409,
        "Job finished",
        "The job has ended; there is nothing left to cancel.",
        "Read the job for what became of it.",
    ),
)
