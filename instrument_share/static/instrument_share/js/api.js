// The operations of the API: Swagger UI, whose requests carry the page's CSRF token.

const place = document.getElementById("swagger-ui");
const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers"));

// Only the operations' names are in the reader's language. Swagger UI draws them when it has time, and anew
// when a tag is opened.
new MutationObserver(() => {
  for (const summary of place.querySelectorAll(".opblock-summary-description:not([lang])")) {
    summary.lang = document.documentElement.lang;
  }
}).observe(place, { childList: true, subtree: true });

window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.url,
  deepLinking: true,
  layout: "BaseLayout",
  // Each operation shows what it takes and answers; drawing all of it once more below takes seconds.
  defaultModelsExpandDepth: -1,
  requestInterceptor(request) {
    request.headers["X-CSRFToken"] = token;
    return request;
  },
});
