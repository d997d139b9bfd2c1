// A filter with a box applies as soon as something is chosen. Select2 tells jQuery alone.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
    django.jQuery(".catalog-filter-form select").on("change", (event) => {
        if (!event.target.value) {
            event.target.disabled = true; // no empty parameter in the address
        }
        event.target.form.submit();
    });
});
