// Shows a plot: its picture, and in its place for some what the picture shows.

function show() {
  if (!props.value) return;
  const image = find("plot");
  if (image.src !== props.value.picture) image.src = props.value.picture;
  image.alt = props.value.words;
}

watch("value", show);
show();
