// Starts Swagger UI where a page has a place for it; a file of its own, since pages run no script in their text.
const place = document.getElementById("swagger-ui");

SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  presets: [SwaggerUIBundle.presets.apis],
  deepLinking: true,
  // By itself it sends the document's address to a validator on the internet.
  validatorUrl: null,
});
