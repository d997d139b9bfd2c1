// The form of an attribute shows what its type can have. What holds something is shown in any case.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
    const type = document.querySelector("#attribute_form #id_type");
    const range = [...document.querySelectorAll("#attribute_form .field-min")];
    const options = [...document.querySelectorAll("#options-group")];

    const isUsed = (part) => [...part.querySelectorAll("input:not([type=hidden])")].some(
        (box) => box.value && !box.name.includes("__prefix__") && box.type !== "checkbox",
    );

    const show = (parts, isMeant) => {
        for (const part of parts) {
            part.hidden = !isMeant && !isUsed(part) && !part.querySelector(".errorlist");
        }
    };

    const fit = () => {
        show(range, type.value === "number");
        show(options, type.value === "option" || type.value === "options");
    };

    if (type) {
        type.addEventListener("change", fit);
        fit();
    }
});
