// The operations of the API: Swagger UI, whose requests carry the page's CSRF token.

const place = document.getElementById("swagger-ui");
const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers"));

window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.url,
  deepLinking: true,
  layout: "BaseLayout",
  onComplete() {
    // Only the operations' names are in the reader's language.
    for (const summary of place.querySelectorAll(".opblock-summary-description")) {
      summary.lang = document.documentElement.lang;
    }
  },
  requestInterceptor(request) {
    request.headers["X-CSRFToken"] = token;
    return request;
  },
});
