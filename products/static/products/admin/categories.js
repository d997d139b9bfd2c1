// What is chosen last stands last: Select2 would leave an option that was removed and chosen again at its old place.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
    django.jQuery(document).on("select2:select", "select[multiple].admin-autocomplete", (event) => {
        event.target.append(event.params.data.element);
        django.jQuery(event.target).trigger("change");
    });
});
