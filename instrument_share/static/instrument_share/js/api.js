// The operations of the API: Swagger UI, whose requests carry the page's CSRF token.

const place = document.getElementById("swagger-ui");
const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers"));

// What the document says is in the reader's language; the words of Swagger UI and the names of statuses are not.
// It draws them when it has time, and anew when a tag is opened.
const SAID =
  ".opblock-summary-description:not([lang]), " +
  ".renderedMarkdown:not([lang], .response-col_description__inner .renderedMarkdown)";
new MutationObserver(() => {
  for (const said of place.querySelectorAll(SAID)) {
    said.lang = document.documentElement.lang;
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
