"""What the catalog can refuse, beside what any API can."""

from catalog_project.api.problems import Problem, register

register(
    Problem(
        "too_many_items",
        413,
        "Too many items",
        "The call holds more items than one may that is answered at once.",
        "Send fewer at a time, or `Prefer: respond-async`: then it becomes a job.",
    ),
    Problem(
        "not_publishable",
        409,
        "Not publishable",
        "The product lacks something that an active one needs.",
        "Mend every place that `errors` names, then publish.",
    ),
    Problem(
        "last_variant",
        409,
        "Last variant",
        "An active product keeps at least one variant.",
        "Archive the product first, or add another variant.",
    ),
    Problem(
        "insufficient_stock",
        409,
        "Insufficient stock",
        "There is less in stock than was asked for.",
        "Ask for less.",
    ),
    Problem(
        "stock_not_tracked",
        409,
        "Stock not tracked",
        "A variant without a stock figure cannot be counted up or down.",
        'Begin to track it with `{"set": N}`.',
    ),
    Problem("stock_out_of_range", 409, "Stock out of range", "That is more than can be kept.", "Add less."),
    Problem(
        "attribute_in_use",
        409,
        "Attribute in use",
        "The code and the type of an attribute stay while product types use it.",
        "Make another attribute, or take this one out of the product types first.",
    ),
    Problem(
        "category_cycle",
        409,
        "Category cycle",
        "A category cannot stand below itself.",
        "Choose a parent outside the subtree that is moved.",
    ),
    Problem(
        "changes_pruned",
        410,
        "Changes pruned",
        "The log no longer holds the changes behind this sequence.",
        "Read the whole catalog, then follow the log from the `since` that `detail` names.",
    ),
    Problem(
        "changed_since",
        409,
        "Changed since",
        "A later change touched the same fields.",
        "Revert the later changes first, or write the values that you want.",
    ),
    Problem(
        "not_revertible",
        409,
        "Not revertible",
        "What the change refers to is gone or has another name now.",
        "Write the values that you want.",
    ),
)
